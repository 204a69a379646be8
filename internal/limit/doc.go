// Package limit counts attempts, so that nobody tries passwords or sends mail
// at will, however many portals share the database.
//
// What is counted stands in the database under a keyed hash: no address of any
// kind can be read there. The count slides: attempts of the window before
// still weigh in, less and less, so that nobody gets twice the number by
// trying at the end of one window and the start of the next.
package limit
