// Package dictionary is what the program stores: every table and column of
// its database, whose it is, what a person sees of it in which words, and what
// is withheld from them and why.
//
// It belongs to the program and changes with its migrations. What a company
// promises about these tables (why, for how long, who else) is the register's,
// which names no column of ours: a table says here to which of the register's
// categories it belongs. [Dictionary.Gate] holds it to the database: a table
// or column that nothing here claims is a fault, and so is a claim that
// nothing keeps.
package dictionary
