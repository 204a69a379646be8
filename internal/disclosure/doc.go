// Package disclosure keeps who looked at whose data, and why, so that the
// person can see it.
//
// A member of staff opens somebody's record by stating a reason of the
// register. The opening lasts for half an hour and not across a new sign-in;
// each one is written down, and shown to the person under "Who looked".
package disclosure
