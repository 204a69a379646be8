// Package register is what the company promises, as data: who is responsible,
// every category of personal data, why it is held, where, for how long, who
// receives it, what erasing it does, and which rights people have.
//
// One YAML document (or one folder of them) says all of it. [Default] is the
// one that the portal ships, [Load] reads an operator's own. Pages, exports,
// erasures and the checks on incoming rows read it and keep no list of their
// own. In which tables of the program a category lies says the dictionary.
//
// A document with a fault is refused whole, and the refusal names every fault
// at once with its file, line and path.
package register
