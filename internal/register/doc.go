// Package register is what the company promises, as data: who is responsible,
// every category of personal data, why it is held, where, for how long, who
// receives it, what erasing it does, and which rights people have.
//
// [Default] is the one that the portal ships. [Load] lays an operator's own
// over it, item by item: a key takes the place of that key of the item with the
// same id, a new id is a new item, and remove: true takes an item away and with
// it whatever the default says of it. So twenty lines are a whole register, and
// what a later release adds is added to theirs. Pages, exports, erasures and
// the checks on incoming rows read it and keep no list of their own. In which
// tables of the program a category lies says the dictionary; what the program
// calls by name can't be left out.
//
// Each struct says in its Schema what it may hold, for [Schema] and for the
// check alike. A document with a fault is refused whole, and the refusal names
// every fault at once with its file, line and path.
package register
