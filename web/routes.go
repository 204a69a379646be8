package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/static"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// renews is why a proof of who one is may be sent twice.
const renews repeatable = "each proof gives the session a new token, which only its own answer can hand over"

// archivePath hands a file over, which is no page to come to or back to.
const archivePath = "/downloads/:id/file"

// routes is the whole map of the portal's addresses: a line names the guard, the
// method, the address and who answers. What each guard asks for is guards.go.
func (s *server) routes() {
	health := &healthController{s}
	s.program("/healthz", health.healthz)
	s.program("/readyz", health.readyz)
	s.program("/static/*", echo.WrapHandler(static.Handler()))
	s.program(brandPath, s.brand)

	home := &homeController{s}
	s.open(get, "/", home.show)
	s.open(post, "/language", home.language, "the same choice again")
	s.open(post, "/theme", home.theme, "the same choice again")

	faults := &faultController{s}
	s.open(get, faultPath, faults.show)

	policy := &policyController{s}
	s.open(get, "/policy", policy.show)
	s.open(get, "/policy/:version", policy.version)
	s.open(get, "/policy/versions", policy.versions)
	s.open(get, "/policy/compare", policy.compare)
	s.person(post, "/policy/seen", policy.seen, "seen is seen")
	s.open(get, "/policy/data", policy.data)
	s.open(get, "/policy/data/:category", policy.category)
	s.open(get, "/recipients", policy.recipients)
	s.open(get, "/contact", policy.contact)
	s.open(get, "/accessibility", policy.accessibility)

	overview := &overviewController{s}
	s.person(get, "/overview", overview.show)

	signUps := &signUpController{s}
	s.open(get, "/sign-up", signUps.new)
	s.open(post, "/sign-up", signUps.create)
	s.open(get, "/sign-up/sent", signUps.sent)
	s.open(get, "/sign-up/later", s.later)

	verifications := &verificationController{s}
	s.open(get, "/verify/:token", verifications.new)
	s.open(post, "/verify/:token", verifications.create)

	sessions := &sessionController{s}
	s.open(get, "/sign-in", sessions.new)
	s.open(post, "/sign-in", sessions.create, "signed in is signed in: the later session takes the earlier one's place")
	s.open(get, "/sign-in/done", sessions.done)
	s.open(post, "/sign-out", sessions.destroy, "signed out is signed out")

	mailedSignIns := &mailedSignInController{s}
	s.open(get, signInByMail, mailedSignIns.new)
	s.open(post, signInByMail, mailedSignIns.create)
	s.open(get, "/sign-in/by-mail/sent", mailedSignIns.sent)
	s.open(get, "/sign-in/by-mail/:token", mailedSignIns.edit)
	s.open(post, "/sign-in/by-mail/:token", mailedSignIns.update)

	visitors := &visitorController{s}
	s.open(get, visitorPath, visitors.new)
	s.open(post, visitorPath, visitors.create)
	s.open(get, "/ask/sent", visitors.sent)
	s.open(get, "/ask/filed", visitors.filed)
	s.open(get, "/ask/:token", visitors.show)
	s.open(post, "/ask/:token", visitors.update)

	forgotten := &forgotController{s}
	s.open(get, "/forgot", forgotten.new)
	s.open(post, "/forgot", forgotten.create)
	s.open(get, "/forgot/sent", forgotten.sent)

	resets := &resetController{s}
	s.open(get, "/reset/:token", resets.edit)
	s.open(post, "/reset/:token", resets.update)

	proofs := &confirmController{s}
	s.person(get, "/confirm", proofs.new)
	s.person(post, "/confirm", proofs.create, renews)
	s.person(post, "/confirm/mail", proofs.mail)
	s.person(post, "/confirm/code", proofs.code, renews)

	services := &serviceController{s}
	s.open(get, "/sign-in/with/:provider", getOnly(services.signIn))
	s.open(get, "/sign-in/with/:provider/callback", getOnly(services.callback)) // a GET that acts: on a state that works once, in the browser it belongs to
	s.open(get, "/sign-in/first", services.first)
	s.person(get, "/confirm/with/:provider", getOnly(services.confirm))

	joins := &joinController{s}
	s.open(get, "/sign-up/finish/:token", joins.new)
	s.open(post, "/sign-up/finish/:token", joins.create)

	passwords := &passwordController{s}
	s.freshForm("/security/password", passwords.edit, passwords.update)

	security := &securityController{s}
	s.person(get, "/settings", (&settingsController{s}).show)
	s.person(post, "/zone", home.zone, "the same choice again")
	s.open(post, "/browser-zone", home.browserZone, "no form comes here")
	s.person(get, "/security", security.show)
	s.person(post, "/security/sessions/:id/end", security.endSession)
	s.person(post, "/security/others/end", security.endOthers, "who is out stays out")
	s.fresh(post, "/security/linked/:id/keep", security.keepLinked, "kept twice is kept")
	s.fresh(post, "/security/services/:provider/link", services.link, "it begins a round trip; the later one is finished")
	s.fresh(post, "/security/linked/:id/revoke", services.revoke)
	s.person(get, "/security/last", services.last)

	data := &dataController{s}
	s.person(get, "/data", data.index)
	s.person(get, "/data/:category", data.show)
	s.freshForm("/data/:category/edit/:source/:row", data.edit, data.update)

	parts := &erasurePartController{s}
	s.freshForm("/data/:category/delete", parts.new, parts.create)
	keeping := &retentionController{s}
	s.freshForm("/data/:category/keep", keeping.new, keeping.create)
	s.person(get, "/deletions/:id", parts.show)
	s.person(get, "/deletions/:id/receipt", parts.receipt)

	profile := &profileController{s}
	s.freshForm("/data/profile/edit", profile.edit, profile.update)

	downloads := &downloadsController{s}
	s.person(get, "/downloads", downloads.index)
	s.freshForm("/downloads/new", downloads.new, downloads.create)
	s.person(get, "/downloads/:id", downloads.show)
	s.person(get, "/downloads/:id/progress", downloads.progress)
	s.person(get, "/downloads/:id/receipt", downloads.receipt)
	s.fresh(get, archivePath, downloads.file)

	wellKnown := &wellKnownController{s}
	s.program("/.well-known/security.txt", wellKnown.security)
	s.program("/.well-known/change-password", wellKnown.changePassword)
	s.program("/.well-known/gpc.json", wellKnown.gpc)

	records := &recordsController{s}
	s.keyed(post, "/api/v1/records/:category", "", records.create)

	asking := &askController{s}
	s.keyed(get, "/api/v1/topics", "", asking.topics)
	s.keyed(post, "/api/v1/ask", record.ScopeAsk, asking.ask)
	s.keyed(post, "/api/v1/ask/many", record.ScopeAsk, asking.many)
	changes := &changesController{s}
	s.keyed(get, "/api/v1/changes", record.ScopeChanges, changes.changes, "after", "limit")
	links := &linksController{s}
	s.keyed(post, "/api/v1/links", record.ScopeLinks, links.create)
	suppressions := &suppressionsController{s}
	s.keyed(get, "/api/v1/suppressions", record.ScopeSuppressions, suppressions.index)
	s.keyed(post, "/api/v1/suppressions", record.ScopeSuppressions, suppressions.create)
	s.program("/api/v1/openapi.yaml", s.openapi)

	email := &emailController{s}
	s.person(get, "/email", email.show)
	s.person(post, "/email", email.update, "it says how things stand, and a no is written whenever it is said")
	s.person(post, "/email/resume", email.resume)
	s.person(post, "/email/off", email.off, "a no is written whenever it is said")

	letters := &lettersController{s}
	s.person(get, "/email/letters", letters.index)
	s.person(get, "/email/letters/:id", letters.show)

	choices := &choicesController{s}
	s.open(get, choicesPath, choices.show)
	s.person(get, "/privacy-choices/:id/receipt", choices.receipt)
	s.person(post, choicesPath, choices.create, "it says how things stand, and a no is written whenever it is said")

	guardians := &guardianController{s}
	s.person(get, parentPath, guardians.new)
	s.person(post, parentPath, guardians.create)
	s.open(get, "/parent/:token", guardians.show)
	s.open(post, "/parent/:token", guardians.update, "it says how things stand")
	tasks := &taskController{s}
	s.open(get, "/tasks/:token", tasks.show)
	s.open(post, "/tasks/:token", tasks.update, "what was answered is over")

	mailed := &mailedChoicesController{choices}
	s.open(get, choicesByMail, mailed.new)
	s.open(post, choicesByMail, mailed.create)
	s.open(get, "/privacy-choices/by-mail/sent", mailed.sent)
	s.open(get, "/privacy-choices/by-mail/:token", mailed.edit)
	s.open(post, "/privacy-choices/by-mail/:token", mailed.update, "it says how things stand, and a no is written whenever it is said")

	unsubscribe := &unsubscribeController{s}
	s.link(get, "/unsubscribe/:token", unsubscribe.handle(unsubscribe.show))
	s.link(post, "/unsubscribe/:token", unsubscribe.handle(unsubscribe.create))
	s.link(get, "/unsubscribe/:token/preferences", unsubscribe.handle(unsubscribe.preferences))
	s.link(post, "/unsubscribe/:token/all", unsubscribe.handle(unsubscribe.all))
	s.link(post, "/unsubscribe/:token/undo", unsubscribe.handle(unsubscribe.undo))
	s.link(get, "/unsubscribe/:token/receipt", unsubscribe.handle(unsubscribe.receipt))
	s.link(get, "/unsubscribe/:token/undone", unsubscribe.handle(unsubscribe.undone))

	erasures := &erasureController{s}
	s.freshForm("/erasure", erasures.new, erasures.create)
	s.open(get, "/erasure/:id", erasures.show) // whoever has left has no session
	s.open(get, "/erasure/:id/receipt", erasures.receipt)
	s.person(post, "/erasure/:id/cancel", erasures.cancel)
	s.program("/.well-known/portal-receipt-key", erasures.key)
	receipts := &receiptController{s}
	s.open(get, "/receipt", receipts.new)
	s.open(post, "/receipt", receipts.create, "it is read, and nothing is done")

	s.person(post, "/privacy-choices/restrictions/:id", (&restrictionController{s}).end, "what was allowed again is not there to be allowed")
	requests := &requestController{s}
	s.person(get, "/requests", requests.index)
	s.person(get, "/requests/new", requests.new)
	s.person(get, "/requests/new/:kind", requests.newKind)
	s.person(post, "/requests/new/:kind", requests.create)
	checks := &requestCheckController{requests}
	s.person(get, "/requests/new/:kind/check", checks.show)
	s.person(post, "/requests/new/:kind/check", checks.create, "nothing is done yet")
	s.person(post, "/requests/new/:kind/change", requests.change, "nothing is done yet")
	s.person(get, "/requests/:id", requests.show)
	s.person(get, "/requests/:id/filed", requests.filed)
	s.person(post, "/requests/:id/messages", requests.message)
	s.person(post, "/requests/:id/cancel", requests.cancel)
	appeals := &requestAppealController{s}
	s.person(post, "/requests/:id/appeal", appeals.create)

	looks := &disclosureController{s}
	s.person(get, "/lookups", looks.index)

	s.staffRoutes()
}

// staffRoutes is the privacy desk.
func (s *server) staffRoutes() {
	sessions := &staffSessionController{s}
	s.open(get, "/staff/sign-in", sessions.new)
	s.open(post, "/staff/sign-in", sessions.create, "it begins a sign-in; the later one is finished")

	codes := &staffCodeController{s}
	s.open(get, "/staff/code", codes.new)
	s.open(post, "/staff/code", codes.create, "a code works once")

	proofs := &staffProofController{s}
	s.staff(get, "/staff/confirm", staff.Agent, proofs.new)
	s.staff(post, "/staff/confirm", staff.Agent, proofs.create, renews)

	enrolments := &staffEnrolController{s}
	s.open(get, "/staff/enrol/:token", enrolments.new)
	s.open(post, "/staff/enrol/:token", enrolments.create)

	queue := &staffQueueController{s}
	s.staff(get, "/staff", staff.Agent, queue.index)

	bulks := &staffBulkController{s}
	s.staff(post, "/staff/bulk", staff.Agent, bulks.create)
	s.staff(get, "/staff/bulk/:id", staff.Agent, bulks.show)
	s.staff(get, "/staff/bulk/:id/progress", staff.Agent, bulks.progress)
	s.staffFresh(post, "/staff/bulk/:id/begin", staff.Agent, bulks.begin)
	s.staff(post, "/staff/bulk/:id/stop", staff.Agent, bulks.stop, "stopped is stopped")

	own := &staffOwnController{s}
	s.staff(get, "/staff/sessions", staff.Agent, own.sessions)
	s.staff(post, "/staff/sessions/:id/end", staff.Agent, own.endSession)
	s.staff(post, "/staff/others/end", staff.Agent, own.endOthers, "who is out stays out")

	absences := &staffAwayController{s}
	s.staff(get, awayPath, staff.Agent, absences.edit)
	s.staff(post, awayPath, staff.Agent, absences.update, "the same days again")
	s.staff(post, awayPath+"/end", staff.Agent, absences.destroy, "who is here stays here")

	attempts := &staffAttemptsController{s}
	s.staff(get, "/staff/attempts", staff.Admin, attempts.index)

	operation := &staffOperationController{s}
	s.staff(get, "/staff/operation", staff.Admin, operation.show)
	s.staffFresh(post, "/staff/operation/clock", staff.Admin, operation.clock)
	stuck := &staffMailController{s}
	s.staff(get, stuckMailPath, staff.Admin, stuck.index)
	s.staff(get, "/staff/operation/mail/letters", staff.Admin, stuck.letters)
	s.staff(post, "/staff/operation/mail/retry", staff.Admin, stuck.retry, "tried again is tried again")
	s.staffFresh(post, "/staff/operation/mail/drop", staff.Admin, stuck.drop, "given up is given up, and what is not there can't be")

	s.staff(get, jobsPath+"/*", staff.Admin, operation.index) // they are read; what would change one is no route

	rules := &staffRetentionController{s}
	s.staff(get, "/staff/retention", staff.Admin, rules.show)
	s.staffFresh(post, "/staff/retention/:category", staff.Admin, rules.create)

	versions := &staffPolicyController{s}
	s.staff(get, "/staff/policy", staff.Officer, versions.index)
	s.staff(get, "/staff/policy/:version", staff.Officer, versions.show)
	s.staff(get, "/staff/policy/:version/:lang", staff.Officer, versions.lang)
	s.staff(post, "/staff/policy/:version/review", staff.Officer, versions.review)
	s.staff(post, "/staff/policy/:version/publish", staff.Officer, versions.publish)
	s.staff(post, "/staff/policy/:version/withdraw", staff.Officer, versions.withdraw)

	mailings := &staffMailingController{s}
	s.staff(get, "/staff/mailings", staff.Officer, mailings.index)
	s.staff(get, "/staff/mailings/new", staff.Officer, mailings.new)
	s.staff(post, "/staff/mailings/new", staff.Officer, mailings.create)
	s.staff(get, "/staff/mailings/:id", staff.Officer, mailings.show)
	s.staff(get, "/staff/mailings/:id/edit", staff.Officer, mailings.edit)
	s.staff(post, "/staff/mailings/:id/edit", staff.Officer, mailings.update)
	s.staff(get, "/staff/mailings/:id/progress", staff.Officer, mailings.progress)
	s.staff(post, "/staff/mailings/:id/try", staff.Officer, mailings.try)
	s.staffFresh(post, "/staff/mailings/:id/begin", staff.Officer, mailings.begin)
	s.staff(post, "/staff/mailings/:id/pause", staff.Officer, mailings.pause)
	s.staff(post, "/staff/mailings/:id/resume", staff.Officer, mailings.resume)
	s.staff(post, "/staff/mailings/:id/cancel", staff.Officer, mailings.cancel)

	breaches := &staffBreachController{s}
	s.staff(get, "/staff/breaches", staff.Officer, breaches.index)
	s.staff(get, "/staff/breaches/new", staff.Officer, breaches.new)
	s.staff(post, "/staff/breaches/new", staff.Officer, breaches.create)
	s.staff(get, "/staff/breaches/:id", staff.Officer, breaches.show)
	s.staff(get, "/staff/breaches/:id/edit", staff.Officer, breaches.edit)
	s.staff(post, "/staff/breaches/:id/edit", staff.Officer, breaches.update)
	s.staff(post, "/staff/breaches/:id/reopen", staff.Officer, breaches.reopen)
	told := &staffBreachToldController{s}
	s.staffFreshForm("/staff/breaches/:id/told", staff.Officer, told.new, told.create)
	closed := &staffBreachCloseController{s}
	s.staffFreshForm("/staff/breaches/:id/close", staff.Officer, closed.new, closed.create)

	hooks := &staffWebhookController{s}
	s.staff(get, "/staff/webhooks", staff.Admin, hooks.index)
	s.staff(post, "/staff/webhooks/:id/messages/:message", staff.Admin, hooks.create)

	log := &staffAuditController{s}
	s.staff(get, "/staff/audit", staff.Officer, log.index)
	s.staff(post, "/staff/audit/verify", staff.Officer, log.verify, "while it is verified it is the same check")

	desk := &staffRequestController{s}
	s.staff(get, "/staff/requests/:id", staff.Agent, desk.show)
	abouts := &staffAboutController{s}
	s.staff(get, "/staff/requests/:id/about", staff.Agent, abouts.edit)
	s.staff(post, "/staff/requests/:id/about", staff.Agent, abouts.update, "what it is about is said anew")
	children := &staffChildController{s}
	found := &staffChildFoundController{children}
	s.staff(get, "/staff/requests/:id/accounts", staff.Agent, children.new)
	s.staff(post, "/staff/requests/:id/accounts", staff.Agent, children.create, "it only looks up")
	s.staff(post, "/staff/requests/:id/accounts/none", staff.Agent, children.none)
	s.staff(get, "/staff/requests/:id/accounts/of/:person", staff.Agent, found.show)
	s.staff(post, "/staff/requests/:id/accounts/of/:person", staff.Agent, found.create, "what is held is held")
	s.staff(get, "/staff/requests/:id/accounts/:account", staff.Officer, children.edit)
	s.staff(post, "/staff/requests/:id/accounts/:account", staff.Officer, children.update)
	asks := &staffAskController{s}
	s.staff(get, "/staff/requests/:id/ask", staff.Agent, asks.new)
	s.staff(post, "/staff/requests/:id/ask", staff.Agent, asks.create)
	s.staff(post, "/staff/requests/:id/take", staff.Agent, desk.take)
	assignments := &staffAssignController{s}
	s.staff(get, "/staff/requests/:id/assign", staff.Agent, assignments.new)
	s.staff(post, "/staff/requests/:id/assign", staff.Agent, assignments.create)
	s.staff(post, "/staff/requests/:id/release", staff.Agent, desk.release)
	s.staff(post, "/staff/requests/:id/messages", staff.Agent, desk.message)
	s.staff(post, "/staff/requests/:id/notes", staff.Agent, desk.note)

	approvals := &staffApprovalController{s}
	s.staff(get, "/staff/requests/:id/approve", staff.Officer, approvals.new)
	s.staff(post, "/staff/requests/:id/approve", staff.Officer, approvals.create)

	refusals := &staffRefusalController{s}
	extensions := &staffExtendController{s}
	s.staff(get, "/staff/requests/:id/extend", staff.Officer, extensions.new)
	s.staff(post, "/staff/requests/:id/extend", staff.Officer, extensions.create)
	s.staff(get, "/staff/requests/:id/refuse", staff.Officer, refusals.new)
	s.staff(post, "/staff/requests/:id/refuse", staff.Officer, refusals.create)

	people := &staffPersonController{s}
	others := &staffTaskController{s}
	s.staff(get, "/staff/tasks", staff.Agent, others.index)
	s.staff(get, "/staff/tasks/:id", staff.Agent, others.show)
	s.staff(post, "/staff/tasks/:id", staff.Agent, others.update)

	s.staff(get, "/staff/people", staff.Agent, people.index)
	s.staff(post, "/staff/people", staff.Agent, people.find, "it only looks up")
	s.staff(get, "/staff/people/:id", staff.Agent, people.show)
	s.staff(post, "/staff/people/:id", staff.Agent, people.create)

	holds := &staffHoldController{s}
	givens := &staffGivenController{s}
	s.staff(get, "/staff/people/:id/given", staff.Officer, givens.new)
	s.staff(post, "/staff/people/:id/given", staff.Officer, givens.create)
	s.staff(post, "/staff/people/:id/restrictions/:restriction/lift", staff.Officer, (&staffRestrictionController{s}).lift, "what ends already is not ended again")
	s.staffFreshForm("/staff/people/:id/hold", staff.Admin, holds.new, holds.create)
	s.staffFresh(post, "/staff/people/:id/hold/lift", staff.Admin, holds.lift)
}
