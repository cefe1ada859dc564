
# What is wrong, beside the field
form-look = Look at what is marked below.
form-under-way = This form was sent already, and what it asks for is being done. Look in a moment what became of it; it is not done twice.
forbidden = Your role does not include this. An owner of this service can change that.
detail-wrong-password = This is not your password.
detail-weak-password = Choose another: 12 to 200 characters, and none of the passwords that everybody tries.
detail-not-the-same = The two passwords are not the same.
detail-wrong-code = This code is wrong, or was used before. Wait for the next one.
detail-code-needed = Fill in a code of your authenticator, or a recovery code.
detail-bad-email = This is no e-mail address.
detail-email-taken = Somebody else has an account with this e-mail.
detail-bad-name = A name has 1 to 200 characters.
detail-no-role = Choose at least one.
detail-bad-expiry = A day from tomorrow on, at most a year ahead.
detail-bad-scopes = Choose at least one, and none that you do not have.
detail-last-owner = This is the last owner who can log in. Make somebody else an owner first.
detail-bad-link = This link is not whole, was used already, or is too old. Copy all of it, or ask for a new one.
detail-set-up-done = This service has its first owner. Log in, or ask an owner for an invitation.
detail-too-many-attempts = Too many attempts. Wait a while, and try again.
detail-two-step-on = Your second step is on already.
detail-two-step-off = There is no second step to turn off.
detail-no-such-participant = Nobody on the list of this event goes by this.
detail-changed-meanwhile = Somebody changed this in the meantime. Open the page again.
detail-already-done = This was done already, and what it showed is shown no second time. Do it again if you lost it.
detail-proof-needed = Fill in your password again, and a code where your second step is on.
no-such-code = { $code } is no code of an event: those have 1 to 24 letters and digits.

# Account
account = Account
account-about = You
account-notices = What you are told
account-run-notices = Write to me when a run ends that I started
account-run-notices-hint = To your e-mail, where mail is set up. Each event can leave it out too.
roles = Roles
on = on
off = off
never = never
last-used = Last used
print = Print
shown-kept = I have kept it
events-any = All events
role-viewer = Viewer
role-issuer = Issuer
role-revoker = Revoker
role-key-officer = Key officer
role-owner = Owner
role-viewer-may = looks, and changes nothing
role-issuer-may = lists, certificates and mail
role-revoker-may = revokes and gives back
role-key-officer-may = signing keys and publishing
role-owner-may = everything, and who else may do what
may-view = see
may-import = change events and people
may-generate = make certificates
may-send = send mail
may-revoke = revoke and approve
may-keys = keys and publishing
may-settings = team, audit and settings
password-change = Change password
password-text = Everywhere else you are logged out, and your API tokens end. So does your recovery sheet: print a new one then.
password-now = Password now
password-new = New password
password-repeat = The new one again
password-hint = At least 12 characters.
password-again = Your password again
second-on =
    { $count ->
        [one] on, one recovery code left
       *[other] on, { $count } recovery codes left
    }
second-off = off
second-advice = Your password alone opens this account. Turn the second step on.
second-set = Second step
second-begin = Begin
second-text = An authenticator on your phone shows a new code every half minute, which is asked for after the password.
second-scan = Scan this with your authenticator
second-scan-text = It is shown this once. Nothing changes until a first code confirms it, within 15 minutes.
second-code-picture = QR code for an authenticator
second-type = Or type this there
second-first = The six digits that it shows now.
second-confirm = Turn on
second-remove = Turn the second step off
second-remove-text = Your password alone opens the account then. Everywhere else you are logged out.
codes = Recovery codes
codes-text = For the day your phone is gone: each of them works once, in place of a code.
codes-once = Print them, or write them down. They are shown this once.
codes-kept = I have kept them
codes-new = New recovery codes
codes-new-text = The old ones are good no more.
sessions = Where you are logged in
session-browser = Browser
session-began = Logged in
session-own = this one
session-end = End
session-unnamed = Unknown
tokens = API tokens
tokens-own = Your API tokens
tokens-text = With a token a program does what you may do, or less. All of them end with a new password.
tokens-none = You have made no API token. Make one for a program that is to work in your name.
tokens-all = API tokens of everybody
tokens-none-all = Nobody has made an API token.
token = For what
token-of = Whose
token-scopes = May
token-expires = Ends
token-new = New API token
token-for = What it is for
token-events-hint = Tick some to limit it to those. None: as you.
token-last-day = Last day
token-delete = Delete
token-remove = Delete this token
token-remove-text = The program that has it gets in no more. This cannot be undone: a new token has another secret.
token-use = A program sends it as the header Authorization: Bearer, and the token.
token-once = The token. It is shown this once.

# Team
team-lead = Who works with this service, and what they may do.
team-members = Members
team-events = Events
team-events-hint = Tick some to limit somebody to those. None: all events.
team-last = Last login
team-since = Since
team-active = can log in
team-invited = invited
team-disabled = locked out
team-invite = Invite somebody
team-invite-text = You get a link to hand on; with it they choose their password.
team-invite-mailed-text = They get a mail with a link to choose their password. The link is shown to you as well, this once.
team-invite-language = Language of the mail
team-mailed = The link was mailed to { $email }. If it does not arrive there, hand on the one below: it is the same.
team-mailed-unknown = Nobody can tell whether the mail to { $email } left. Hand on the link below: it is the same.
team-not-mailed = The mail to { $email } did not leave. Hand on the link below.
team-link = New link for a password
team-link-text = Whoever has the account now is logged out, and its API tokens end. With the link a new password is set; until then the old one is good.
team-link-mailed = They were invited and have no password yet: the link is mailed to { $email } as well, and shown to you.
team-link-of = Link for { $name }
team-link-hand-on = Give it to { $name } and to nobody else. It works once, within 72 hours.
team-link-once = The link. It is shown this once.
team-disable = Lock out
team-disable-hint = They are logged out and may not log in; their API tokens end.
team-second-off = Take the second step away
team-second-off-text = For somebody who lost phone and recovery codes: make sure that it is them. They are logged out everywhere.
team-remove = Remove from the team
team-remove-text = Their sessions and API tokens end. What they did stays in the audit log.

# Webhooks
webhooks = Webhooks
hooks-lead = Other systems are told at once what happened here: ids and numbers, never names or addresses.
hooks-none = No other system is told anything. Add an address that hears what happens here.
hook-add = Add an address
hook-url = Address
hook-url-hint = It begins with https:// and is reached from the internet.
hook-for = What it is for
hook-events = Told of
hook-about = Of what
hook-certificate-issued = certificates issued
hook-certificate-superseded = certificates replaced
hook-certificate-revoked = certificates revoked
hook-certificate-restored = revocations taken back
hook-run-finished = runs that ended
hook-delivery-bounced = mail that came back
hook-publication-late = a publication that is late
hook-webhook-ping = a test
hook-secret = Secret of this address
hook-secret-text = The other system checks by it that a message is from here. What is sent is described in the API's documentation.
hook-secret-once = The secret. It is shown this once.
hook-on-text = It is told what it asked for.
hook-off-staff = paused
hook-off-gone = off: it answered that it is gone
hook-off-only-fails = off: it did nothing but fail for days
hook-off-since = Off since
hook-ping = Send a test
hook-pause = Pause
hook-resume = Resume
hook-new-secret = New secret
hook-new-secret-text = For a day messages are signed with the old one too.
hook-remove = Remove
hook-remove-text = It is told nothing any more, and what waits for it is not sent.
hook-deliveries = Messages
hook-deliveries-none = Nothing was sent to it yet.
hook-answer = Answer
hook-tries =
    { $count ->
        [0] not tried yet
        [one] tried once
       *[other] tried { $count } times
    }
hook-again = Send again
hook-is-waiting = Waits
hook-is-delivered = Delivered
hook-is-failed = Failed

# Who somebody is in the records
who-you = you
who-token = { $name }, by an API token
who-holder = the holder
who-operator = operator { $name }
who-nobody = somebody not logged in
who-system = the service itself

# Audit
audit-lead = Everything that was done here, by whom, when and why. Nothing can be taken out.
audit-who = Who
audit-what = What was done
audit-about = About
audit-about-hint = A certificate’s number, an event’s code or an id.
audit-more = More
audit-since = From this day
audit-until = To this day
audit-number = No. { $n }
audit-none = Nothing of that kind was done. Ask for less in the filter.
audit-check = Check the log
audit-export = Export (JSON lines)
audit-chain = Chain of entries
audit-holds = Nothing was taken out or changed: all { $count } entries hold together.
audit-broken = Entry { $n } does not continue the one before. Something was changed or taken out; compare with an export.
audit-head = Hash of the last entry
audit-head-text = Write it down elsewhere now and then: whoever cuts off the end of the log later cannot make it again.

# Settings
settings-lead = What can be changed here has a button. The rest is set in the file testamur.toml, or by options when the program is started: change it there, and start the service again.
settings-ready = The service works as it should.
settings-not-ready = Something is wrong with the service.
settings-verifier = Address in QR codes
settings-organisation = Name and domain stand in every certificate: issuer, domain and verifier of testamur.toml.
settings-zone-fixed = The time zone is said by testamur.toml, too: time_zone.
settings-language-fixed = The language is said by testamur.toml, too: language.
settings-service = Service
settings-service-text = The section [serve] of testamur.toml.
settings-address = Address of this service
settings-address-here = { $address }, where it listens
settings-address-text = Links in mails begin with the address of this service, and it is not known: messages hold no link.
settings-proxies = Proxies before it
settings-upload = Largest file
settings-time = Longest request
settings-seconds =
    { $count ->
        [one] one second
       *[other] { $count } seconds
    }
settings-days =
    { $count ->
        [one] one day
       *[other] { $count } days
    }
settings-rate = Public requests a second, from one address
settings-alone = Certificates that one person revokes in a day
settings-vc = W3C VC-API
settings-mail-text = The section [mail] of testamur.toml. The password is shown nowhere.
settings-unsafe = not encrypted, on this machine itself
settings-per-minute = Messages a minute
settings-per-domain = Messages a minute to one domain
settings-any = as many as go
settings-link-days = Links in mails are good for
settings-site = Folder that is published to
settings-no-site = none
settings-site-text = site of the section [serve], and status_days and undo_minutes of testamur.toml.
settings-docs = Documentation of the API
settings-readyz = Readiness
settings-metrics = Metrics

# Approvals
approvals-lead = Many certificates revoked, given back or replaced within a day take two people.
approvals-none = Nothing was to be approved yet. What takes two members of staff, as revoking many at once, waits here.
approval-what = What is asked for
approval-count = Certificates
approval-gone = A run
approval-lead =
    { $count ->
        [one] It is about one certificate.
       *[other] It is about { $count } certificates.
    }
approval-until = Can be decided until
approval-run = Open the run
approval-approve = Approve
approval-reject = Reject
approval-alone = Nobody else can approve this. You can, from { $when } on, with your password again.
approval-yours = You asked for this, so somebody else has to approve it. You can take it back.
approval-concerned = Which it is about
approval-concerned-none = Nothing is known of them any more.
asked-by = Asked for by
decide = Decide
decided-by = Decided by
decided-at = Decided
decided-pending = Waits
decided-approved = Approved
decided-rejected = Rejected
decided-expired = Too late

# Corrections
corrections-lead = Names that holders say are wrong on their certificates.
corrections-none = Nobody asked for another name. Holders ask for one on their own pages.
correction = Correction
correction-name = Name
correction-was = Name on the certificate
correction-is = Name asked for
correction-note = What they said
correction-now = The certificate as it is
correction-approve = Issue with the new name
correction-approve-text = Under the same number and with the same day. Who has the old one sees that it was replaced.
correction-alone = You asked for this yourself: you may approve it a day later, if nobody else can.
correction-reject = Leave the name as it is
correction-answer = Answer
correction-answer-hint = The person who asked for the correction reads it.

# Exceptions and exclusions
exceptions = Exceptions and exclusions
exceptions-lead = Who gets a certificate despite the rule, and who gets none whatever it says.
exceptions-granted = Exceptions
exceptions-granted-text = They get a certificate although the rule says no.
exceptions-none = There are no exceptions. Make one for somebody who gets a certificate despite the rule.
exceptions-upload = Take a list in
exceptions-file = List of exceptions
exclusions-file = List of exclusions
exceptions-file-hint = CSV: in each row an e-mail or id, and after a comma the reason. No line of headers.
exclusions-file-hint = CSV: in each row an e-mail or id, and after a comma a note, if you like. No line of headers.
exclusions = Exclusions
exclusions-text = They get none although the rule says yes. A certificate that they have stays in force until it is revoked.
exclusions-none = Nobody is excluded. Exclude somebody who gets no certificate, whatever the rule says.
exception-who = Who
exception-who-hint = The e-mail or the id of somebody on the list of this event.
granted-by = By
take-away = Take away
outcome = What came of the list
outcome-rows = Row by row
outcome-empty = There was no row in it.
outcome-not = left as they were
outcome-exceptions = exceptions made
outcome-exclusions = excluded
outcome-listed = excluded now
outcome-granted = an exception now
outcome-bad-format = cannot be read: an e-mail or id, and what follows after a comma
outcome-no-such-person = nobody of this event
outcome-ambiguous = several people: name one by the id
outcome-already-listed = stood on the list before
outcome-excluded = is excluded
outcome-duplicate-row = stands further up in the list

# Duplicates
duplicates = Possible duplicates
duplicates-lead = People with the same e-mail or the same name: possibly one person, entered twice.
duplicates-none = Nobody in this event looks like somebody else.
duplicates-same-email =
    { $count ->
        [one] One with this e-mail
       *[other] { $count } with the same e-mail
    }
duplicates-same-name =
    { $count ->
        [one] One with this name
       *[other] { $count } with the same name
    }
duplicates-since = On the list since
duplicates-further =
    { $count ->
        [one] There is one more.
       *[other] There are { $count } more.
    }
duplicates-everywhere = In all events
duplicates-everywhere-text = E-mails that stand for different names in different events. Often a family or an office; sometimes a name that was written wrong.
duplicates-none-everywhere = Every e-mail stands for one name.
merge = Make one of them
merge-look = Compare
merge-title = Are these one person?
merge-text = Progress, exception and certificate go to the one who stays. This cannot be undone.
merge-keep = Who stays

# Spot check
spot = Spot check
spot-lead = Some certificates, taken at random, are drawn, scanned and verified as a stranger would, and compared with the record.
spot-count = How many
spot-count-hint = 1 to 25.
spot-start = Check
spot-text = Nothing changes. Where it takes too long, fewer are checked.
spot-nothing = There is no certificate in force to be checked.
spot-good =
    { $count ->
        [one] One was checked: it is in order.
       *[other] { $count } were checked: all of them are in order.
    }
spot-bad =
    { $count ->
        [one] Something is wrong with one of them.
       *[other] Something is wrong with { $count } of them.
    }
spot-checked = checked
spot-of = in force
spot-well = In order
spot-wrong = Not in order

# Links to set a password with
setup = Make the first owner
setup-lead = The first owner may do everything, and invites everybody else.
setup-token-hint = What stands after # in the link that the service printed at its first start.
set-password = Set password
set-password-lead = With the link that you were given you choose your password.
set-password-token-hint = What stands after # in your link.
set-password-done = Your password is set
set-password-done-text = You can log in now.
set-password-second = Turn the second step on once you are in: your name leads to your account.
link-token = Code of your link

# What was done
said-password-changed = Your password is changed. Everywhere else you are logged out. Your recovery sheet has ended: print a new one.
said-second-removed = The second step is off.
said-session-ended = The session has ended.
said-token-deleted = The token works no more.
said-team-removed = They are removed from the team.
said-team-second-off = Their second step is off. Make sure that they turn it on again.
said-hook-pinged = A test is on its way.
said-hook-removed = It is told nothing any more.
said-approved = Approved. It goes on.
said-rejected = Rejected.
said-correction-made = The certificate says the new name now.
said-exception-made = The exception is made.
said-exclusion-made = They are excluded.
said-taken-away = Taken away.
said-merged = They are one now.

# Another address for who lost the mailbox
addresses = Requests for another address
addresses-lead = People who have no access to their mailbox any more showed a certificate in the portal, and gave a new address.
addresses-none = Nobody waits for another address.
address-request = Request
address-now = Address now
address-new = New address
address-told = Old address
address-told-yes = It is told by a mail.
address-told-no = It is not told: there is none, it bounced, or no mail is set up.
address-asked = Old address told of the request
address-also = Also changed in
address-not-in = The address is not changed in all events that were chosen. Change it there on the person’s card:
address-not-not-reached = its turn did not come, for the program was stopped
address-not-changed-meanwhile = somebody gave them another address meanwhile
address-not-gone = they are not in this event any more
address-not-refused = somebody else there has this address
address-not-failed = it could not be written
address-others = Other addresses that were asked for
address-which = Which address is theirs
address-elsewhere = Also in these events
address-elsewhere-hint = Where they stand with another address. What is not ticked stays as it is.
address-person = The person’s card
address-shown = The certificate that was shown
address-approve = Give them the new address
address-approve-text = The file was checked: it is this certificate, and it is in force. Anybody who has the file could show it. Make sure that it is the person, as by telephone, before you agree. The old address was told that somebody asks, and is told of the change; the new one gets a link to the portal.
address-contested =
    { $count ->
        [one] Somebody asked for another address with the same certificate, while this request was open. One of them is not the person: talk to them before you decide, and not by what stands in the request.
       *[other] { $count } times another address was asked for with the same certificate, while this request was open. Only one can be the person: talk to them before you decide, and not by what stands in the request.
    }
address-joined = They are said to be the same person in { $events }: what they have there goes with the new address.
address-reject = Leave the address as it is
address-answer-hint = Kept here. Who asked is not told.
said-address-changed = The new address is theirs now, and gets a link to the portal.
needs-addresses =
    { $count ->
        [one] request for another address waits
       *[other] requests for another address wait
    }

# Badges
badge = Badge
badge-now = The badge
badge-drawn = It is drawn from the title and the issuer’s name.
badge-own = It is a picture of the event’s own.
badge-picture = Badge of { $title }
badge-change = A picture of its own
badge-text = It stands on public pages and in the portal, and certificates are baked into it when they are downloaded as badges. It is in no signed data: what was issued stays as it is.
badge-file = Picture
badge-file-hint = PNG with at least 200 pixels each way, or SVG without texts; at most 1 MB. A square fits best.
badge-take = Take this picture
badge-remove = Draw it from the title again
badge-none = Choose a picture first.
token-events-hint-codes = Codes with commas between. Empty: as you.
team-events-hint-codes = Codes with commas between, to limit somebody to those. Empty: all events.
team-link-mail = Write it in an e-mail of yours
team-link-body = With this link you choose your password. It works once, within 72 hours: { $link }
forbidden-may = You are not allowed to: { $may }. An owner of this service can change that.
who-operator-unknown = at the service’s own machine
detail-event-exists = There is an event with this code already. Choose another one.
audit-kind-address = Other addresses
audit-kind-approval = Approvals
audit-kind-backup = Backups
audit-kind-certificate = Certificates
audit-kind-clock = Clock
audit-kind-issuer = Issuer
audit-kind-keys = Keys locked and unlocked
audit-kind-person = People over several events
audit-kind-profile = Profiles of holders
audit-kind-retention = What was kept long enough
audit-kind-root = Root key
audit-kind-session = Sessions
audit-kind-store = Store
audit-kind-token = API tokens
audit-kind-upkeep = Upkeep
audit-kind-correction = Corrections
audit-kind-event = Events
audit-kind-exception = Exceptions
audit-kind-exclusion = Exclusions
audit-kind-import = Lists
audit-kind-key = Keys
audit-kind-mail = Mail
audit-kind-participant = Participants
audit-kind-portal = Portal
audit-kind-run = Runs
audit-kind-site = Publishing
audit-kind-staff = Team and logins
audit-kind-template = Templates
audit-kind-webhook = Webhooks
audit-of-cause = Cause
audit-of-reason = Reason
audit-of-reason-text = Reason
audit-of-note = Note
audit-of-why = Why
audit-of-numbers = Certificates
audit-of-certificate = Certificate
audit-of-certificates = Certificates
audit-of-number = Certificate
audit-of-version = Version
audit-of-digest = Fingerprint
audit-of-template = Template
audit-of-templates = Templates
audit-of-title = Title
audit-of-description = Description
audit-of-criteria = Criteria
audit-of-achievement-type = Type of achievement
audit-of-organiser = Organiser
audit-of-starts = First day
audit-of-ends = Last day
audit-of-expires-after = Valid for
audit-of-time-zone = Time zone
audit-of-language = Language
audit-of-self-service = On request
audit-of-public-pages = Public pages
audit-of-publish-results = Results for everybody
audit-of-signatories-changed = Signatories changed
audit-of-state = State
audit-of-kind = Kind
audit-of-event = Event
audit-of-run = Run
audit-of-from = From
audit-of-to = To
audit-of-at = At
audit-of-by = By
audit-of-since = Since
audit-of-roles = Roles
audit-of-events = Events
audit-of-scopes = Rights
audit-of-expires = Ends
audit-of-people = People
audit-of-records = Records
audit-of-sessions = Sessions
audit-of-activities = Activities
audit-of-columns = Columns
audit-of-count = Number
audit-of-counts = Numbers
audit-of-counters-total = in all
audit-of-counters-done = done
audit-of-counters-skipped = needed nothing
audit-of-counters-failed = failed
audit-of-left-out-count = left out
audit-of-stopped-by = Stopped by
audit-of-relay = Mail server
audit-of-security = Connection
audit-of-topic = About
audit-of-message = Message
audit-of-allowed = Allowed
audit-of-before = Before
audit-of-after = After
audit-of-over = For whom
audit-of-total = in all
audit-of-session = Session
audit-of-step = Step
audit-of-next-update = Good until
audit-of-issued = Certificates
audit-of-bytes = Bytes
audit-of-lists = Status lists
audit-of-set = Revoked
audit-of-key = Key

# Who lost the password
lost-title = Lost your password?
lost-mail = By mail
lost-mail-text = A link with which you choose a new password comes to the e-mail address of your account.
lost-mail-send = Send me a link
lost-mail-sent = If there is an account with this address, a mail with a link is on its way. It works once, within an hour.
lost-mail-waits = The keys are locked, and mail waits for them: no link can be sent now.
lost-mail-none = No mail leaves here yet, so no link can be sent.
lost-code = With your recovery sheet
lost-code-text = Each code of the sheet that you printed when you set up this service, or under your name later, sets a new password once.
lost-code-one = A code of the recovery sheet
lost-code-hint = Such as abcd-efgh-2345-6789. It is used up by this.
lost-second = I have lost the second step too: turn it off
lost-second-hint = Set it up again once you are in. All owners are told.
lost-code-used = { $count ->
    [0] The code is used up, and it was the last one: print a new recovery sheet under your name once you are in.
    [one] The code is used up; one is left on your sheet.
   *[other] The code is used up; { $count } are left on your sheet.
}
lost-neither = You have neither? An owner of this service can make a link for you on the page “Team”.
sheet = Recovery sheet
sheet-text = For the day your password is lost: each code sets a new one, once, with your e-mail address; the page to log in leads there. Whoever has a code and knows the address is in, so keep the sheet as you keep the passphrase, but elsewhere.
sheet-left = { $count ->
    [0] None printed
    [one] One code left
   *[other] { $count } codes left
}
sheet-new = New recovery sheet
sheet-new-text = Codes on paper that set a new password, once each, should you lose yours. Those of the sheet before are good no more. The owners are told by mail.
detail-bad-recovery = The e-mail or the code is wrong, or the code was used already.
