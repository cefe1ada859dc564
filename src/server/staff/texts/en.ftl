# Frame
skip = Skip to the content
menu = Menu
trail = Where you are
logout = Log out
home = Home
nav-home = Home
nav-events = Events
nav-search = Search
nav-certificates = Certificates
nav-deliveries = Mail
nav-runs = Runs
nav-corrections = Corrections
nav-templates = Templates
nav-publishing = Keys and publishing
nav-team = Team
nav-audit = Audit log
nav-settings = Settings
optional = (optional)
more = More
all = All
filter = Show
save = Save
change = Change
yes = Yes
no = No
state = State
when = When
since = Since
why = Why
row = Row
name = Name
email = E-mail
person = Person
people = Participants
event = Event
certificate = Certificate
template = Template
version = Version
versions = Versions
reason = Reason
cause = Cause
issued = Issued
signed = Signed
valid-until = Valid until
key = Key
erased = erased
approvals = Approvals
csrf = This form is of an older session. Open the page again and send it from there.
status-400 = This cannot be understood
status-403 = You may not do this
status-404 = There is nothing here
status-409 = Something is in the way
status-412 = Somebody was faster
status-413 = That is too much at once
status-422 = This cannot be done so
status-429 = Too many attempts
status-500 = Something broke
status-503 = The service is busy

# Door
front-title = What would you like to do?
front-lead = Certificates of this issuer can be checked by anybody, without an account.
front-verify = Check a certificate
front-portal = My certificates
front-issuer = About the issuer and its keys
front-staff = For staff
login-title = Log in
login-email = E-mail
login-password = Password
login-submit = Log in
login-lost = Lost your password?
login-kept = Your session had ended. Log in, and what you filled in can be sent.
second-title = Second step
second-code = Code
second-hint = Six digits of your authenticator, or one of your recovery codes.
again-title = You are in again
again-text = What you filled in before is still here. Files have to be chosen again.
again-to = Sent to
again-submit = Send what I filled in

# Home
home-new = There is no event yet. An event has participants, a rule for who gets a certificate, and a template.
home-attention = Needs attention
home-nothing = Nothing needs you.
needs-failed =
    { $count ->
        [one] run failed, in whole or in part
       *[other] runs failed, in whole or in part
    }
needs-approvals =
    { $count ->
        [one] approval waits
       *[other] approvals wait
    }
needs-corrections =
    { $count ->
        [one] correction waits
       *[other] corrections wait
    }
needs-bounced =
    { $count ->
        [one] message bounced or failed
       *[other] messages bounced or failed
    }
needs-ambiguous =
    { $count ->
        [one] message may or may not have left
       *[other] messages may or may not have left
    }
needs-relay =
    { $count ->
        [one] mail server that cannot be used
       *[other] mail servers that cannot be used
    }
needs-publication =
    { $count ->
        [one] publication is due: verifiers will soon see a warning, or see one already
       *[other] publications are due
    }
needs-first-publication =
    { $count ->
        [one] site to publish for the first time
       *[other] sites to publish
    }
needs-own-domain = { $count ->
    [one] domain that nobody else reaches: links and QR codes of certificates lead nowhere
   *[other] domains that nobody else reaches
}
needs-own-address = { $count ->
    [one] public address that nobody else reaches: links in messages lead nowhere
   *[other] public addresses that nobody else reaches
}
needs-safe-address = { $count ->
    [one] public address without https: browsers keep nobody logged in there, and what is sent can be read on its way
   *[other] public addresses without https
}
needs-site-look = { $count ->
    [one] published site that nobody has looked for at its address
   *[other] published sites that nobody has looked for
}
needs-site = { $count ->
    [one] published site that was not found at its address: nobody can check certificates
   *[other] published sites that were not found
}
home-figures = Figures
figure-issued =
    { $count ->
        [one] certificate issued in the last 30 days
       *[other] certificates issued in the last 30 days
    }
figure-sent =
    { $count ->
        [one] message sent in the last 30 days
       *[other] messages sent in the last 30 days
    }
figure-events =
    { $count ->
        [one] event under way or prepared
       *[other] events under way or prepared
    }
plot-title = Last 30 days
plot-issued = issued
plot-sent = mailed
plot-table = As a table

# Events
event-new = New event
events-all = All events
events-current = Current events
events-archived = Archived events
events-none-archived = No event is archived.
mail-evidence-none = Nothing is known of it yet.
events-none = There is no current event.
event-code = Code
event-days = Days
event-title = Title
event-title-hint = As it is printed on the certificate.
event-code-hint = 1 to 24 letters and digits, as WORKSHOP26. It becomes part of every certificate’s number and cannot be changed later.
event-starts = First day
event-ends = Last day
event-organiser = Organiser
event-criteria = What had to be done for it
event-criteria-hint = Signed with every certificate, and shown to who checks it.
event-description = What it was about
event-expires = Valid for
event-expires-hint = As 2y, 18mo, 6w or 90d. Empty: for ever.
event-zone = Time zone
event-zone-hint = As Europe/Berlin. Empty: that of the organisation.
event-signatory = Signatory { $n }
event-signatory-title = Title of signatory { $n }
event-self = Participants who meet the rule may request their certificate
event-public = Certificates have public pages
event-public-hint = Else they are hidden until their holders show them.
event-results = Results may be read by everybody
event-results-hint = Scores and grades are signed and printed only then. They cannot be taken back from who has the certificate.
event-everybody = Everybody on the list gets a certificate
event-everybody-hint = You can set another rule later.
event-create = Create event
event-change = Change event
event-change-text = What was issued keeps what it says.
event-about = About
event-further = Further
event-badge = Badge image
event-copy = Copy event
event-copy-text = Everything but the participants and the dates, as a draft.
event-archive = Archive
event-unarchive = Bring back
event-is-archived = This event is archived: it takes no lists and issues nothing.
event-state-text = Certificates are made once the event is completed.
event-state-draft = Draft
event-state-open = Open
event-state-completed = Completed
event-state-archived = Archived
step-people = Participants
step-rule = Rule
step-template = Template
step-preview = Preview
step-preview-not-yet = not looked at yet
step-preview-looked = looked at on { $day }
step-preview-anew = changed since: to be looked at anew
step-completed = Completion
step-generate = Certificates
step-send = Send
step-publish = Published
step-there = done
step-missing = to be chosen
step-nobody = nobody yet
step-completed-yes = completed
step-completed-no = not over yet
step-issued = issued
step-not-issued = none yet
step-to-send =
    { $count ->
        [0] nobody waits
        [one] 1 not sent
       *[other] { $count } not sent
    }
step-published = published
step-published-here = published, at a domain that nobody else reaches
step-published-unseen = published; nobody has looked whether it is at its address
step-published-not-found = published, and not found at its address
step-not-published = not yet

# Import
imports = Imports
imports-none = No list was imported yet. Choose one under Import a list.
import-title = Import a list
import-lead = A spreadsheet as it is: title rows, other columns and several sheets do not matter. Nothing is taken in before you confirm it.
import-file = Spreadsheet
import-file-hint = XLSX or CSV. Drop it here, or choose it.
import-look = Look at the list
import-no-file = Choose a file first.
import-too-large = The file is too large to be kept while you look at it. Split it.
import-other = Choose another file
import-counts = What came of it
import-valid = rows are good
import-warnings = with a warning
import-rows-valid =
    { $count ->
        [one] row is valid
       *[other] rows are valid
    }
import-rows-warning =
    { $count ->
        [one] row with a warning
       *[other] rows with a warning
    }
import-rows-error =
    { $count ->
        [one] row with an error
       *[other] rows with an error
    }
import-rows-asked =
    { $count ->
        [one] row asked about
       *[other] rows asked about
    }
import-errors = left out
import-kept = kept as known
import-again-rows = again in the list
import-added = new people
import-changed = changed
import-unchanged = unchanged
import-questions =
    { $count ->
        [one] One question has to be answered first.
       *[other] { $count } questions have to be answered first.
    }
import-rows = Rows that it is about
import-shown = What stands there
import-answer = Your answer
import-answer-submit = Answer
import-same = People who may be the same: left out unless you say who they are
import-same-ask = I cannot say: leave these rows out
import-two-people = They are two people
import-same-person = They are one person
import-take = Take them in like the others
import-leave-out = Leave them out: they get no certificate
import-same-address = Same e-mail, another name
import-same-name = Same name, nothing to tell them apart
import-same-id = Same id, another name and e-mail
import-absent = Rows that say absent or failed: left out unless you take them in
import-ready = Take the list in
import-left-out =
    { $count ->
        [one] One row is left out; the report says why, and it can be corrected and imported alone.
       *[other] { $count } rows are left out; the report says why, and they can be corrected and imported alone.
    }
import-confirm =
    { $count ->
        [0] Take it in
        [one] Take in one person
       *[other] Take in { $count } people
    }
import-columns = Columns
import-header = Column
import-field = Field
import-use = Used for
import-map-column = The column
import-map-as = is
import-map-submit = Read it so
import-hint-skip = If the column says something else: choose it under Columns above and say that it is left out.
import-notes = What was assumed
import-findings = Rows that need a look
import-findings-more =
    { $count ->
        [one] One more is in the file of the rows that need a look.
       *[other] { $count } more are in the file of the rows that need a look.
    }
import-rows-more =
    { $count ->
        [one] and one more row
       *[other] and { $count } more rows
    }
import-for-example = For example: { $said }
import-reading = Read the file another way
import-sheet = Sheet
import-guessed = { $what } (as guessed)
import-guess = As guessed
import-header-row = Row of the headers
import-encoding = Encoding
import-encoding-hint = As windows-1252. Empty: as it looks.
import-hidden = Hidden rows, columns and sheets
import-hidden-out = leave out
import-hidden-in = take in
import-keep = Keep what is known of people
import-again = Read again
import-reset = Forget all answers
import-report = Report of these rows (CSV)
severity-warning = Warning
severity-question = Question
severity-error = Left out
field-name = the name
field-first-name = the given name
field-last-name = the family name
field-email = the e-mail
field-external-id = Id in another system
field-language = Language
field-score = the score
field-passed = passed or not
field-role = the role
field-middle-name = a further given name
field-second-last-name = a second family name
field-attendance = the attendance in percent
field-completion = how much is completed, in percent
field-points = the points
field-checked-in = seen at the door, yes or no
field-credits = credits
field-result = the result
field-expires = the last day
field-term = the term
field-locale = the language
field-session = seen at { $title }, yes or no
field-activity = has done { $title }
field-skip = left out
use-person = who it is
use-language = the language
use-signed = signed
use-unconfirmed = a result, not published
use-printed = printed
use-rule = for the rule
use-kept = kept
use-skipped = left out

# What is likely in a list, and how its rows add up
import-no-name = No column could be found that holds the names of people. Say which one does, or choose another row of headers below.
import-sum-rows =
    { $count ->
        [one] One row
       *[other] { $count } rows
    }
import-sum-people =
    { $count ->
        [one] one person
       *[other] { $count } people
    }
import-sum-again =
    { $count ->
        [one] one row about somebody whose later row counts
       *[other] { $count } rows about people whose later row counts
    }
import-sum-asked =
    { $count ->
        [one] one row asked about
       *[other] { $count } rows asked about
    }
import-sum-out =
    { $count ->
        [one] one row left out
       *[other] { $count } rows left out
    }
import-offer-name-case = Names in an unusual case
import-offer-name-case-text = They are printed as they stand there, unless you have them written otherwise.
import-offer-likely-email = Addresses with a slip
import-offer-likely-email-text = These people would be taken in without an address.
import-offer-row = Row { $line }: { $shown } → { $likely }
import-offer-which = Only these
import-offer-these = Write the ticked ones so
import-offer-all =
    { $count ->
        [one] Write it so
       *[other] Write all { $count } so
    }

# Participants
people-add = Add somebody
people-text = Name, e-mail or id
people-decision = Gets a certificate?
people-missing = Still missing
people-report = Report (CSV)
people-none = Nobody is on the list yet. Import a spreadsheet, or add somebody.
people-none-found = Nobody was found. Ask for less in the filter.
people-eligible = get a certificate
people-not-eligible = do not meet the rule
people-excluded = excluded
people-exception = by exception
people-issued = have one
people-no-email = have no e-mail
people-total =
    { $count ->
        [one] One person.
       *[other] { $count } people.
    }
people-total-more = More than { $count } people.
people-progress-hint = As 95 or 95 %.
people-bad-email = “{ $email }” is not an e-mail address.
ground-rule-met = Yes, meets the rule
ground-manual = Yes, granted
ground-exception = Yes, by exception
ground-excluded = No, excluded
ground-not-met = Not yet
ground-no-rule = There is no rule

# Rule
rule-none = There is no rule yet: nobody gets a certificate.
rule-change = Who gets a certificate
rule-who = Who
rule-everybody = Everybody on the list
rule-those = Those who meet these conditions
rule-manual = Only those to whom we grant it
rule-written = As it is written out below
rule-mode = Needed
rule-mode-all = all of them
rule-mode-any = one of them
rule-attendance = Attendance of at least (percent)
rule-completion = Completed at least (percent)
rule-score = Score of at least
rule-points = Points of at least
rule-attendance-hint = What a column read as the attendance says, or else the share of sessions.
rule-completion-hint = What a column read as completion says, or else the share of activities done.
rule-score-hint = What a column read as the score says.
rule-points-hint = What a column read as the points says, or else the points of activities done.
rule-nobody-attendance = Nobody has an attendance: no column of a list was read as the attendance, and nobody was marked in a session.
rule-nobody-completion = Nobody has a completion: no column of a list was read as completion, and no activities were entered.
rule-nobody-score = Nobody has a score: no column of a list was read as the score.
rule-nobody-points = Nobody has points: no column of a list was read as points, and no activities were entered.
rule-nobody-import = Import the list and say which column it is
rule-passed = Passed the examination
rule-checked-in = Seen at the door
rule-role = One of these roles
rule-role-hint = With commas between, as speaker, chair.
rule-json = The rule, written out in JSON
rule-json-hint = Or as an expression, as attendance >= 80.0 && passed. JSON is for conditions inside conditions and single sessions, as {"{"}"all": [{"{"}"attendance": {"{"}"percent": 80{"}"}{"}"}, "passed"]{"}"}.
rule-more =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
rule-try = Only say what it would do
rule-what-if = What this rule would do
rule-before = get one now
rule-after = would get one
rule-gained = would gain
rule-lost = would lose
rule-no-json = This is not JSON: it breaks off or goes wrong in line { $line }, at character { $column }. Examples are in the documentation of rules.
rule-no-number = { $field }: this is no number
rule-empty = Fill in at least one condition, or choose another answer.
rule-as-expression = As an expression this is { $expression }
rule-tiers = Tiers of the certificate
tier-hint = From the lowest to the highest, each with its own name and condition; without rows there are none. A template of its own is named as in the list of templates; without one a tier has that of the event. A row that you empty goes.
tier-row = Tier { $row }
tier-name = Name
tier-from = From
tier-template = Template of its own
tier-measure = Tiers go by
tier-by-attendance = attendance (percent)
tier-by-score = score
tier-by-points = points
tier-by-completion = completion (percent)
tier-required = Whoever is below the lowest tier gets no certificate
tier-no-name = A tier needs a name.
tier-no-from = A tier needs a number from which on it is reached.

# Template of an event
template-none = No template is chosen yet.
template-chosen = Chosen: { $name }
template-specimen = Specimen of { $name }
template-try = Show with this name
template-try-name = A name to try
template-choose = Choose a template
template-choose-text = A logo or signatures that you choose here are printed on this event’s certificates only. They go along when you choose another template.
template-take = Use this template
template-words = Language of the printed words
template-words-hint = “This is to certify that”, “Issued” and so on, and how dates are written: of the built-in templates. A design that you uploaded has its own words.
template-logo = Logo
template-logo-hint = PNG, JPEG or SVG.
template-signature-1 = First signature, as a picture
template-signature-2 = Second signature, as a picture
template-built-in = Part of the program
template-own = Of your own
template-file = The template's file
templates-lead = What certificates look like.

# Generate
generate-lead = First you see who would get one and why, and who would not.
generate-over = For whom
generate-look = Look
generate-anyway = Although the event is not completed
generate-unmarked = In these sessions nobody was marked, and the rule depends on them:
generate-approval = A second member of staff has to approve this.
generate-nobody = Nobody would get anything.
generate-confirm = Confirm
generate-start =
    { $count ->
        [one] Make one certificate
       *[other] Make { $count } certificates
    }
generate-take =
    { $count ->
        [one] Revoke one certificate
       *[other] Revoke { $count } certificates
    }
generate-names = The first are: { $names }
generate-first = Who, the first { $shown } of { $total }
generate-effect = What happens
generate-others = The list has changed: there are as many, but others are among them. Look again.
generate-changed = The list has changed: { $expected } were shown, now there are { $now }. Look again.
over-those-without = All who are eligible and have none
over-failed = Those for whom it failed before
over-exceptions-only = Only those with an exception
over-already-issued = Make all anew that were issued
over-not-passing = Take from those who are no longer eligible
over-template-older = Make anew what has another template now
over-newer-version = Those who have a newer version than was sent
effect-gets = get one
effect-replaced = get a new version
effect-new-versions = get one again
effect-loses = lose theirs
effect-regains = get theirs back
effect-sends = are written to
effect-keeps = keep theirs
effect-nothing = get none

# Runs
runs-none = There is no run here. They begin on the page of an event, and under Publishing.
run-kind = What
run-done = done
run-skipped = needed nothing
run-failed = failed
run-total = in all
run-left =
    { $count ->
        [one] about one second left
       *[other] about { $count } seconds left
    }
run-by = By
run-created = Started
run-finished = Ended
run-stopped = Stopped
run-waits = Waits
run-left-out =
    { $count ->
        [one] one revocation that can still be undone is left out
       *[other] { $count } revocations that can still be undone are left out
    }
run-cancel = Stop
run-retry = Retry what failed
run-failures = What failed
run-failures-more = More of the { $count } that failed
run-no-failures = Nothing failed.
run-nothing-begun = Nothing was begun.
run-unrepeated = Failed, not repeated
run-preparing = Being prepared
run-awaiting-approval = Waits for approval
run-queued = Waits for its turn
run-processing = Under way
run-completed = Done
run-completed-with-failures = Done, with failures
run-cancelled = Stopped
kind-generate = Make certificates
kind-regenerate = Make certificates anew
kind-revoke = Revoke
kind-restore = Give back
kind-publish = Publish
kind-send = Send mail

# Certificates
certificates-text = Number, name or e-mail
certificates-run = Made by the run
certificates-since = Issued since
certificates-until = Issued before
certificates-none = No certificate was found. Ask for less in the filter, or make certificates on the page of an event.
certificates-zip = All as PDF (ZIP)
certificates-csv = List (CSV)
certificate-picture = Certificate of { $name }
certificate-fixed = Nothing can be changed here.
file-json = Credential (JSON)
file-badge = Badge
granted-why = Granted because
waits-until = Can be taken back until
restore = Take the revocation back
revoke = Revoke
revoke-title = Revoke this certificate
revoke-text = Who checks it sees that it was revoked, and since when. It can be taken back for a while, until a publication holds it.
revoke-public = What the public reads
revoke-public-hint = No names: everybody can read it.
revoke-now = Do not wait
revoke-now-hint = It is in the next publication, and cannot be taken back then.
reissue = Issue anew
reissue-text = The next version under the same number, by today's data and template. The revoked one stays revoked.
send-one = Send by mail
standing-active = In force
standing-expired = Expired
standing-revocation-waits = Revoked, can be taken back
standing-revoked = Revoked
standing-superseded = Replaced
cause-issued-in-error = Issued in error
cause-eligibility-lost = Rule not met any more
cause-on-request = The person asked for it
cause-fraud = Fraud
cause-other = Something else

# Mail
deliveries-none = No message was found. Ask for less in the filter, or send certificates on the page of an event.
deliveries-none-one = Nothing was sent about it.
mail-off = Mail is not set up: an owner chooses the mail server under Settings, or the section [mail] of testamur.toml names it.
mail-trouble = The mail server cannot be used. What is due waits.
mail-message = Message
mail-due = Tried next
mail-attempts = Attempts
mail-evidence = What happened, and how that is known
mail-resend = Send again
mail-right-address = The right address, if it was wrong
mail-right-hint = The person gets it, before anything is sent.
mail-from = From
mail-to = To
mail-reply = Answers go to
mail-subject = Subject
mail-text = Text
mail-attached = PDF attached
mail-queued = Waits
mail-sending = Being handed over
mail-sent = Sent
mail-deferred = Put off
mail-delivered = Delivered
mail-bounced = Bounced
mail-ambiguous = Nobody knows
mail-failed = Failed
mail-opened = Opened, perhaps
mail-downloaded = Downloaded
send-lead =
    { $count ->
        [0] Nobody waits for a message: all who have a certificate and an address were sent theirs.
        [one] One person has a certificate and was sent nothing.
       *[other] { $count } people have a certificate and were sent nothing.
    }
send-preview = The message, as the first person gets it
send-test = Send a test to me
send-start =
    { $count ->
        [one] Send one message
       *[other] Send { $count } messages
    }
send-over = To whom
send-who =
    { $count ->
        [one] { $what }: { $names }
       *[other] { $what }: { $count }, among them { $names }
    }
send-those-without = All who were sent nothing yet
send-failed = Those whose last message came back or failed
send-day = Not before this day
send-day-hint = Empty: now.
send-bad-day = The day is written as 2026-12-31.
send-settings = What the message says, and when it is sent
send-settings-refused = The settings were not saved. What is wrong stands beside its field, further down.
send-preview-certificate = The certificate, as a specimen of what goes with it
send-when = When mail is sent
send-by-hand = When somebody starts it here
send-with-issuing = With each certificate that is issued
send-attach = Attach the PDF

# Publishing
publishing-lead = What is needed to check certificates: the issuer’s keys, and what was revoked.
published = Published
published-never = Nothing was published yet. Until then nobody can check a certificate.
published-good = Good until
published-waiting = Revocations that still wait
published-stale = It is too old: verifiers say that they do not know of newer revocations.
site-found-title = At its address
site-trust = What verifiers read
site-look = Look now
site-not-looked = Nobody has looked yet, or not since the last publication. Until then it is not known whether others can check certificates.
site-here-only = Only this machine or this network knows this domain: links and QR codes of certificates lead nobody else anywhere. The domain of an issuer does not change; to issue for others, set up again in an empty folder, with a domain of yours.
site-found-served = The newest publication was there ({ $at }).
site-found-older = An older publication was there ({ $at }): copy the folder of the site to the web server again.
site-found-not-ours = Something else was there ({ $at }): the web server at this address does not serve this issuer’s site.
site-found-missing = It was not there ({ $at }): the web server answered { $status }. Copy the folder of the site to it, or point the domain at this service.
site-found-redirect = It was not there ({ $at }): the web server answers with a redirect ({ $status }) to { $to }. Verifiers follow none: have it serve the folder of the site at this very address.
site-found-elsewhere = somewhere else
site-found-not-public = The domain led to no address of the public internet ({ $at }): others cannot reach it.
site-found-no-name = No name server knew the domain ({ $at }). Have it point to the web server with the site.
site-found-no-answer = Nobody answered there ({ $at }). Start the web server with the site, and open port 443 to it.
site-found-unsafe = The web server’s certificate for https was not good ({ $at }). Renew it.
publish-now = Publish now
publish-at-once = Publish with those that wait
publish-at-once-lead =
    { $count ->
        [one] One revocation can still be undone.
       *[other] { $count } revocations can still be undone.
    }
publish-at-once-text = Once it is published it cannot be undone any more: everybody who checks a certificate learns of it, and who loses theirs needs a new one. Without this, a publication leaves out what waits.
publish-at-once-do =
    { $count ->
        [one] Publish now, with this one
       *[other] Publish now, with these { $count }
    }
publish-none-wait = No revocation waits: “Publish now” holds all there are.
verifier-file = Verifier as one file, to hand on
keys = Signing keys
keys-text = Compare the root's fingerprint where you have printed it.
key-root = Fingerprint of the root
key-fingerprint = Fingerprint
key-active = Active
key-retired = Retired
key-compromised = Stolen
key-rotate = Replace the active key
key-rotate-text = A new key signs from now on. What the old one signed stays valid. Publish afterwards.
key-stolen = Declare stolen
key-stolen-since = The earliest day on which it may have been in other hands
key-stolen-again = Type { $id } to confirm
key-stolen-text = Only certificates that this service knows stay valid. This cannot be undone. Publish afterwards.
key-not-confirmed = The key's name is not what was typed.

# Search
search-what = Search
search-hint = A number, a name, an e-mail, an id, or what a QR code says.
search-more = More is found than is shown here. Type more of what you look for.
search-nothing = Nothing was found. Try a part of the name or address, a number, an id, or what a QR code says.

# What was done
said-event-made = The event was created.
said-saved = Saved.
said-previewed = It is noted that you have looked at the preview.
said-imported = The list was taken in.
said-file-gone = The file was not kept this long. Choose it again.
said-run-started = Started.
said-run-cancelled = It is being stopped.
said-publishing = Being published.
said-revoked = Revoked.
said-restored = The revocation was taken back.
said-reissued = Issued anew.
said-sending = It is on its way.
said-test-sent = The test was sent to you.
said-key-rotated = A new key signs now. Publish, so that verifiers know it.
said-key-stolen = The key is declared stolen. Publish now.
said-site-looked = Looked.

# A person's card
person-standing = Where they stand
person-tier = Tier
person-none = They have no certificate in this event.
person-open = Open certificate
person-grants = Exception or exclusion
person-others = In other events
person-no-others = Nothing is known of them in other events.
person-change = Change what is known
person-change-text = A certificate that was issued keeps what it says; make it anew afterwards where it should change.
issue-now = Issue now
issue-now-why = Why, whatever the rule says
issue-now-hint = Kept with the certificate, never shown to the public.
retake = Issue a second certificate
retake-title = A second certificate, after a retake
retake-text = For who did better at another try: enter the new result first. It gets a number of its own; the first one stays valid until it is revoked. Nobody gets one that would say the same.
retake-none = There would be no second certificate: { $why }.
person-two-people-hint = If it is one person with two entries, save nothing here and merge the two below.
person-same-address = Somebody else in this event has this address. If they are two people who share it, say so below.
person-same-name = Somebody else in this event has this name, and nothing tells the two apart. If they are two people, say so below, or give an address or an id.
exception-add = Make an exception
exception-remove = Take the exception away
exclusion-add = Exclude
exclusion-remove = Take the exclusion away
exclusion-why = Why they are excluded
exclusion-note = More about it
excluded-conduct = Conduct
excluded-did-not-complete = Did not complete
excluded-requested = On their request
excluded-data-error = The record is wrong
measure-attendance = Attendance in percent
measure-completion = Completed in percent
measure-score = Score
measure-points = Points
measure-passed = Passed
measure-checked-in = Seen at the door
erase = Erase this person
erase-text = What is known of them goes; a certificate's number and status stay. This cannot be undone.
erase-again = Type their name to confirm
erase-hint = As it stands at the top of this page.
erase-not-confirmed = The name is not what was typed; nothing was erased.
said-issued-now = Issued.
said-erased = Erased.

# The first page of all
begin-title = Set up your organisation
begin-lead = Once, before the first certificate. Everything but the name and the domain can be changed later.
begin-needed = What is needed
begin-bad-link = This is not the link that was printed
begin-bad-link-text = Copy all of the link that the program printed when it started.
begin-organisation = Organisation
begin-issuer = Name
begin-issuer-hint = As it is printed and signed.
begin-domain = Domain
begin-domain-hint = As certs.example.org: every certificate names it and it cannot be changed later. What verifiers need is published there. For a trial: localhost.
begin-here-only = Only this machine or this network knows { $domain }: the links and QR codes of certificates will lead nobody else anywhere. That is enough to try things out. The domain stands in every certificate and does not change: to issue for others, set up again in an empty folder, with a domain of yours.
begin-zone = Time zone
house-language = Language of the organisation
house-language-hint = The published start page speaks it, and pages and letters of whoever says no language.
begin-owner = You, the first owner
begin-password = Your password
begin-password-hint = At least 12 characters.
begin-password-again = Your password again
begin-password-differ = This is not the same password.
begin-keys = Keys
begin-passphrase = Passphrase of the keys
begin-passphrase-hint = Four random words make a good one. Whoever starts the service needs it; nobody can bring it back.
begin-again = The same again
begin-differ = The two passphrases are not the same.
begin-mail = Mail, if certificates are to be sent
begin-relay = Mail server
begin-relay-hint = As smtp.example.org. Empty: nothing is sent.
begin-from-hint = As Example Academy <certificates@example.org>.
begin-port = Port
begin-bad-port = A port is a number up to 65535.
begin-security = Connection
begin-relay-starttls = STARTTLS (usual, port 587)
begin-relay-tls = TLS (port 465)
begin-relay-none = None, on this machine itself only
begin-relay-user = User at the mail server
begin-relay-password = Password there
begin-submit = Set up
begin-done = Set up
begin-sheet = Print this and keep it
begin-sheet-text = The fingerprint below shows that your keys are yours. Print it, and publish it where nobody else can change it, such as on your website.
begin-identity = Identity
begin-keep = Keep these apart from each other
begin-keep-keys = A copy of the folder with the keys: { $folder }
begin-keep-passphrase = The passphrase
begin-keep-codes = The recovery sheet, with its codes for a lost password
begin-codes-later = The recovery sheet, whose codes for a lost password you print under your name once you are in
begin-keep-unlock = Without the keys or the passphrase nothing can ever be signed again.
begin-begun = All is set up, and this link makes nothing any more. Once you are in, this sheet and how to look after the keys stand under “Keys and publishing”. Codes for a lost password are not shown again: new ones are printed under your name.
begin-on = Log in

# Rows that are asked about
import-row = Row { $line }: { $shown }
import-row-out = Leave it out
import-row-as = A person called { $name }
import-row-more =
    { $count ->
        [one] One more such row is asked about once these are answered.
       *[other] { $count } more such rows are asked about once these are answered.
    }

# The first people of a list
import-first = The first people, as they would be printed

# Sessions and activities
course = Sessions and activities
course-lead = What there is to attend and to do: rules count them, and lists fill them by their titles.
course-change = What there is
course-sessions = Sessions
course-hint = A row whose title is emptied goes: what was recorded of it is kept, and counts no more. Without a code one is made; it stays, since attendance and points are kept by it.
course-activities = Activities
course-title = Title
course-code = Code
course-points = Points
course-required = Required
course-row-session = Session { $row }
course-row-activity = Activity { $row }
course-more = Several at once
course-sessions-more-hint = One a line, as Day 1, or with its code as day1 | Day 1. They are added to the rows above; a star after a bar says that one is required.
course-activities-more-hint = One a line, as Quiz, or with code and points as quiz | Quiz | 10. They are added to the rows above; a star after a bar says that one is required.
course-sessions-none = There are no sessions.
course-activities-none = There are no activities.
course-no-title = The title is missing.
course-twice = Another row has this code.
course-line-twice = The code { $code } is there already.
course-bad-points = Points are a number, as 10 or 2.5.
course-away = Somebody else took these away meanwhile. They are not in the form any more; type them anew if they are to stay:
course-bad-line = This line cannot be read: { $line }
attendance = Attendance
attendance-text = Addresses, ids or names, one a line or with commas between, as they stand wherever they were taken down.
attendance-session = Session
attendance-present = Who was there
attendance-hint = Reports say that it was entered by hand.
attendance-absent = Who was not
attendance-save = Mark
attendance-unknown = Not on the list: { $names }. Everybody else was marked.
said-marked = Marked.

# What messages are about
topic-run-ended = A run ended
topic-revoked = Revoked
topic-restored = Valid again
topic-replaced = A new version
topic-expires = Ends soon
topic-correction-made = Correction made
topic-correction-declined = Correction declined
topic-address-asked = Address asked for
topic-address-changed = Address changed

# Languages of people and of templates
language-ar = Arabic
language-am = Amharic
language-bg = Bulgarian
language-bn = Bengali
language-ca = Catalan
language-cs = Czech
language-da = Danish
language-de = German
language-el = Greek
language-en = English
language-es = Spanish
language-et = Estonian
language-fa = Persian
language-fi = Finnish
language-fr = French
language-ga = Irish
language-gu = Gujarati
language-he = Hebrew
language-hi = Hindi
language-hr = Croatian
language-hu = Hungarian
language-id = Indonesian
language-is = Icelandic
language-it = Italian
language-ja = Japanese
language-ka = Georgian
language-km = Khmer
language-kn = Kannada
language-ko = Korean
language-lt = Lithuanian
language-lv = Latvian
language-ml = Malayalam
language-mr = Marathi
language-ms = Malay
language-my = Burmese
language-nb = Norwegian
language-nl = Dutch
language-pa = Punjabi
language-pl = Polish
language-pt = Portuguese
language-pt-br = Portuguese (Brazil)
language-ro = Romanian
language-ru = Russian
language-sk = Slovak
language-sl = Slovenian
language-sq = Albanian
language-sr = Serbian
language-sv = Swedish
language-sw = Swahili
language-ta = Tamil
language-te = Telugu
language-th = Thai
language-tr = Turkish
language-uk = Ukrainian
language-ur = Urdu
language-vi = Vietnamese
language-zh = Chinese
language-zh-hant = Chinese (traditional)
language-none = as the event says
language-none-event = none
event-language = Language
event-language-hint = The words that the built-in templates print are in this language. Also for participants whose own language is not known: it decides which template their certificates use, and the language of their e-mails.
people-language-note = Chooses the template, where the event has one for the language, and the language of mails. The texts of a certificate are those of its template.
person-printed = Printed with
person-printed-other = { $template }, whose texts are in { $texts }
languages-other = Certificates in another language than the person's
languages-other-row = { $count ->
    [one] One person has the language { $language }. Printed with { $template }, whose texts are in { $texts }.
   *[other] { $count } people have the language { $language }. Printed with { $template }, whose texts are in { $texts }.
}
languages-choose = Choose templates for languages
languages-title = Templates for languages
languages-lead = The texts of a certificate are those of its template. A template for a language is used for people who have that language, with its words in it if it is a built-in one; all others get { $template }.
languages-none = There is no template for a single language.
languages-texts = Its texts
languages-add = Use this template for the language
languages-remove = No longer for this language
languages-tier = only for { $tier }
send-without = { $count ->
    [one] One person has no e-mail address
   *[other] { $count } people have no e-mail address
}
send-without-text = Nothing is sent to them. Give them an address on their card, or hand the certificate over in another way.
email-now = E-mail now
certificate-person = The person’s card
event-none-to-make = You work in some events only, and all of them are there already. Somebody who sees all events can make another.
event-copy-days = Those of the copy: the dates of the old event are not taken along.
step-completed-due = over, not marked as completed
template-event-own = this event’s own
template-event-pictures = With pictures of this event’s own: { $pictures }.
template-off-logo = Take the logo off
template-off-signature-1 = Take the first signature off
template-off-signature-2 = Take the second signature off
generate-not-ready = This event is not ready for certificates yet.
generate-no-template = No template is chosen.
generate-no-template-way = Choose a template
generate-no-rule = There is no rule for who gets a certificate.
generate-no-rule-way = Set the rule
generate-not-completed = The event is not marked as completed.
generate-not-completed-way = Mark it as completed
generate-left-out = Who gets none
generate-left-out-all = All who do not meet the rule
generate-no-address = no e-mail address
generate-without-address =
    { $count ->
        [one] One of them has no e-mail address: the certificate is made, and nothing can be sent.
       *[other] { $count } of them have no e-mail address: the certificates are made, and nothing can be sent.
    }
begin-zone-hint = As Europe/Berlin. It decides on which day something falls. Empty: UTC.
begin-identity-text = The identity is the name by which software knows you as the issuer. The fingerprint is that of your root key, which vouches for all other keys.
needs-key-unpublished = new key is not published yet: nobody can check what it signs. Publish now
copy = Copy
copied = Copied
send-failed-do = Send to those again
column-first-name = Given name
column-last-name = Family name
column-surname = Family name
column-role = Role
column-result = Result
column-no = No.
