// Command portal is a self-service privacy portal.
package main

import "plusultra.link/privacy/cmd/internal/host"

type cli struct {
	Serve       serveCmd       `cmd:"" help:"Run the portal against your own database, mail server and sign-in services."`
	Health      healthCmd      `cmd:"" help:"Check that the portal on this machine and its database answer."`
	Migrate     migrateCmd     `cmd:"" help:"Migrate the database to this program's schema. A private database is migrated automatically."`
	Keys        keysCmd        `cmd:"" help:"Make secret keys."`
	Import      importCmd      `cmd:"" help:"Take in rows of a category from CSV or NDJSON files."`
	Apikey      apikeyCmd      `cmd:"" help:"Manage the API keys of other systems that send rows."`
	Webhook     webhookCmd     `cmd:"" help:"Tell other systems what people choose, as they choose it."`
	Suppression suppressionCmd `cmd:"" help:"Add to the list of addresses that get no mail, or write it out."`
	Inbound     inboundCmd     `cmd:"" help:"Read one message that came in, as a mail server pipes it: who wants no more mail, what could not be delivered, who complains."`
	MailTest    mailTestCmd    `cmd:"" help:"Send a sample of a topic's mail to an address, with the links and headers that a real one carries."`
	MailDNS     mailDNSCmd     `cmd:"" name:"mail-dns" help:"Print what is to be published in the DNS for the keys that sign mail, and whether it is. Needs no database."`
	Staff       staffCmd       `cmd:"" help:"Invite, list and disable those who answer requests."`
	Register    registerCmd    `cmd:"" help:"Check your register of processing, or print its JSON Schema."`
	Backup      backupCmd      `cmd:"" help:"Make one file of all that the portal needs to come back: database, file store and journal. People may go on using it meanwhile. The keys are not in it."`
	Restore     restoreCmd     `cmd:"" help:"Bring a portal back from a backup, into an empty database, and erase again whom the journal says to be erased."`
	Journal     journalCmd     `cmd:"" help:"Look after the journal of erasures and unsubscriptions that is kept outside the database."`
	Consent     consentCmd     `cmd:"" help:"Look after the ledger of consent."`
	Erasure     erasureCmd     `cmd:"" help:"Erase again after a restore."`
	Retention   retentionCmd   `cmd:"" help:"Say what the rules of retention would delete next, or let one run that became shorter."`
	Audit       auditCmd       `cmd:"" help:"Verify the audit log, or print what it comes to."`
	Receipt     receiptCmd     `cmd:"" help:"Verify receipts, or print the public keys that do."`
	Storybook   storybookCmd   `cmd:"" help:"Show every page and component in every state, without a database."`
}

func main() {
	host.Main("portal", "A self-service privacy portal: people see, download, correct and erase what a company holds about them.", &cli{})
}
