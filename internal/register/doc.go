// Package register is the privacy policy as data: every category of personal
// data, why it is held, where, for how long, who receives it and what erasing
// it does.
//
// One YAML document (or one folder of them) says all of it. [Default] is the
// one that the portal ships, [Load] reads an operator's own. Pages, exports,
// erasures, retention and the checks on incoming rows read it and keep no list
// of their own. [Register.Gate] holds the database to it: a table or column
// that nothing here claims is a fault, and so is a claim that nothing keeps.
//
// A document with a fault is refused whole, and the refusal names every fault
// at once with its file, line and path.
package register
