// Package inbound reads what comes back by mail: a wish to get no more of a
// topic, a message that could not be delivered, a complaint.
//
//	to us, "unsubscribe TOKEN"   the topic ends, as by the link   (RFC 2369)
//	a report of delivery         the address gets no bulk mail    (RFC 3464)
//	a complaint                  both                             (RFC 5965)
//	anything else                is counted, and forgotten
//
// Nobody is believed but for a token that this portal signed: a report that
// encloses none is about nobody. Nothing is ever answered, so no two machines
// can write to each other for ever, and no word of what came in is kept.
package inbound
