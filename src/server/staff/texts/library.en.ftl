
# The library of templates
template-upload = Upload a template
template-upload-event = Designs of an event's own are uploaded on the event's page, at its template.
template-upload-for = A design of its own for { $event }
template-upload-own = Upload a design of this event's own
template-upload-lead = The document with its pictures and fonts. It is looked over, and nothing is kept yet.
template-files = Files of the template
template-files-hint = template.json alone, a ZIP archive with it and its pictures and fonts, or all of them at once. A template of the library is downloaded as such an archive.
template-look = Look it over
template-no-file = Choose the template's files.
template-no-document = template.json is not among these files. Choose it too.
template-documents = More than one of these files is a document (.json). Choose one.
template-look-good = All is well. It can be kept.
template-look-warnings = It can be kept. What may look wrong is marked below.
template-look-bad = It cannot be kept like this. What is wrong is marked below; mend it, and choose the files again.
template-look-no-drawing = Too little of it can be read to draw it.
template-drawing = Drawing of the template, with a mark at each place where something was found
template-fault = Fault
template-warning = Note
template-keep-title = Keep it
template-keep = Keep it
template-keep-version = Keep it as a new version
template-keep-use = Use it for this event from now on
template-name = Name
template-name-hint = Small letters, digits and hyphens, as gold or course-2026. Events choose it by this name.
template-new-version = Upload a new version
template-new-version-of = A new version of { $name }
template-version = Version { $version }
template-version-of = Version { $version }, of { $day }
template-version-head = Version
template-versions = Versions
template-of-event = For { $event } alone
template-as-now = As it is now: { $name }
template-by = By
template-title = Title
template-kind = Kind
template-languages = In other languages
template-languages-text = Certificates of an event are in the language that the event or its template says.
template-about = About this template
template-page = Page
template-prints = Prints
template-assets = Pictures and fonts
template-asset-there = { $name }
template-asset-free = { $name } (none yet)
template-tier = Tier
template-used-in = Used in
template-used = Used in { $events }
template-used-more =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
template-unused = Used by no event
template-newest = Newest version
template-older = An older version
template-remove = Take it out of the library
template-remove-text = Events cannot choose it any more. Certificates that were made with it stay as they are.
template-try-names = Try the longest name and each script
template-try-title = { $name }, tried with names
template-try-lead = As an event's certificates would look with it: the longest name of its list, and one name of each script on it.
template-try-show = Show
template-try-nobody = Somebody who does not exist
template-try-person = Or a participant, by e-mail address or id
template-try-chosen = The participant
template-try-longest = The longest name
template-try-fits = Fits
template-try-fails = Cannot be made
template-try-empty = There is nobody on this event's list yet. Import a list first.
template-roll-out = Roll out the newest version
template-roll-out-lead = Events keep the version of { $name } that they have until the newest is given to them.
template-roll-out-none = No event uses an older version.
template-roll-out-who = Events with an older version
template-roll-out-gets = Gets the newest
template-roll-out-keeps = Keeps what it has
template-roll-out-do =
    { $count ->
        [one] Give it to one event
       *[other] Give it to { $count } events
    }
template-roll-out-text = Certificates that were issued stay as they are. To replace them, make anew what has another template now, on the event's page for making certificates.
template-rolled-out-some =
    { $count ->
        [one] One event has the newest version now.
       *[other] { $count } events have the newest version now.
    }
template-rolled-out-not = These keep what they have:
said-template-kept = The template is kept.
said-template-removed = The template is out of the library.
said-template-rolled-out = The events have the newest version now.

# Scripts, by ISO 15924
script-arab = Arabic
script-armn = Armenian
script-beng = Bengali
script-bopo = Bopomofo
script-cyrl = Cyrillic
script-deva = Devanagari
script-ethi = Ethiopic
script-geor = Georgian
script-grek = Greek
script-gujr = Gujarati
script-guru = Gurmukhi
script-hang = Hangul
script-hani = Chinese characters
script-hebr = Hebrew
script-hira = Hiragana
script-kana = Katakana
script-khmr = Khmer
script-knda = Kannada
script-laoo = Lao
script-latn = Latin
script-mlym = Malayalam
script-mong = Mongolian
script-mymr = Burmese
script-orya = Odia
script-sinh = Sinhala
script-taml = Tamil
script-telu = Telugu
script-thaa = Thaana
script-thai = Thai
script-tibt = Tibetan

# Lists of people
import-file-name = File
import-bad-rows = Rows that are left out, with the reason (CSV)
import-corrected = Import the corrected rows
import-remembered = Read as the last list of this shape was, taken into { $event } on { $day }.
import-forget = Forget this
import-without = Read it without
said-import-forgotten = What was said about lists of this shape is forgotten.

# Addresses that are no page
no-such-page = There is no page at this address.
other-method = This page does not take what was sent. Go back, and choose anew.

# Acts of the audit log
act-address-approve = Other address granted
act-address-ask = Other address asked for
act-address-reject = Other address declined
act-backup-drill = Restoring tried out
act-backup-elsewhere = Said whether backups are made elsewhere
act-backup-make = Backup made
act-event-badge = Badge of the event changed
act-keys-lock = Keys locked
act-keys-unlock = Keys unlocked
act-keys-unlock-refused = Wrong passphrase for the keys
act-issuer-time-zone = Time zone of the issuer changed
act-issuer-language = Language of the issuer changed
act-event-preview = Preview of an event looked at
act-mail-address = Address of the service changed
act-site-look = Looked for the published site
act-mail-seen = Message marked as seen to
act-mail-relay = Mail server changed
act-retention-apply = What is old thrown away
act-upkeep-settle = Settled what is kept, and for how long
act-approval-approve = Approved
act-approval-reject = Declined
act-certificate-hasten = Revocation published at once
act-certificate-hide = Certificate’s page made private
act-certificate-issue = Certificates issued
act-certificate-regenerate = Certificates made anew
act-certificate-reissue = Certificate issued anew
act-certificate-restore = Revocation taken back
act-certificate-revoke = Certificate revoked
act-certificate-show = Certificate’s page made public
act-clock-accept = Clock accepted
act-correction-ask = Correction asked for
act-correction-approve = Correction made
act-correction-reject = Correction declined
act-event-allow-early = Certificates before the end allowed or not
act-event-archive = Event archived
act-event-copy = Event copied
act-event-course = Sessions and activities changed
act-event-create = Event made
act-event-mail = Mail of the event changed
act-event-remove = Event removed
act-event-rule = Rule changed
act-event-state = State of the event changed
act-event-template = Template of the event changed
act-event-unarchive = Event brought back
act-event-update = Event changed
act-exception-add = Exception made
act-exception-remove = Exception taken away
act-exclusion-add = Excluded
act-exclusion-remove = Exclusion taken away
act-import-finish = List taken in
act-import-forget = What was said about a list forgotten
act-issuer-init = Issuer set up
act-key-compromise = Key declared stolen
act-key-passphrase = Passphrase changed
act-key-rotate = Key replaced
act-mail-remind = Reminder sent
act-mail-report = What became of a mail noted
act-mail-resend = Mail sent again
act-mail-send = Mail sent
act-mail-stop = Mail stopped
act-participant-add = Participant added
act-participant-change = Participant changed
act-participant-delete = Participant taken away
act-participant-erase = Participant erased
act-participant-import = Participants taken in
act-participant-merge = Two participants merged
act-person-join = Two said to be one person
act-person-split = One said to be two people
act-portal-enter = Somebody entered the portal
act-portal-prove = Another mailbox proven
act-profile-hide = Learning profile hidden
act-profile-show = Learning profile made public
act-root-rotate = Root key replaced
act-run-cancel = Run cancelled
act-run-finish = Run finished
act-run-start = Run started
act-session-end = Session ended
act-site-adopt = Published folder adopted
act-site-publish = Published
act-staff-invite = Member invited
act-staff-invite-mailed = Mail with an invitation
act-staff-link = New link made for a member
act-staff-login = Logged in
act-staff-login-failed = Login failed
act-staff-login-locked = Logins locked for a while
act-staff-notices = Notices changed
act-staff-password = Password changed
act-staff-recovery-codes = Recovery codes made
act-staff-recovered = Password set with the recovery sheet
act-staff-recovery-sheet = Recovery sheet made
act-staff-reset-asked = Link for a new password asked for
act-staff-remove = Member removed
act-staff-set-up = First owner made
act-staff-update = Member changed
act-staff-two-step-on = Second step set up
act-staff-two-step-off = Second step taken away
act-staff-two-step-clear = Second step of somebody taken away
act-store-compact = Store rewritten
act-template-add = Template added
act-template-change = New version of a template
act-template-remove = Template taken out of the library
act-token-create = API token made
act-token-revoke = API token deleted
act-webhook-create = Webhook added
act-webhook-delete = Webhook removed
act-webhook-disable = Webhook switched off
act-webhook-redeliver = Webhook's message sent again
act-webhook-rotate-secret = Webhook's secret replaced
act-webhook-ping = Webhook tried
act-webhook-update = Webhook changed

# Mail
mail-run-notices = Say how a run ended
mail-run-notices-hint = By mail, to the member of staff who started it and to the addresses below.
mail-notify = Also to
mail-notify-hint = E-mail addresses with commas between.
mail-tell-revoked = Tell participants that their certificate was revoked
mail-tell-revoked-hint = And, if they were told, that the revocation was taken back.
mail-tell-replaced = Tell participants that a new version takes the place of theirs
mail-tell-corrections = Tell who asked for a correction what was decided
mail-opens = Count that messages were opened, by a picture in them
mail-opens-hint = The last line of each message says so. Needs a public address.
mail-remind-days = Remind holders this many days before their certificate ends
mail-remind-days-hint = 1 to 365; empty: nobody is reminded. Once for each certificate.
mail-remind-days-bad = This is no number of days from 1 to 365.
nothing-sent = Nothing was sent: { $why }. To send what was sent before once more, open its message under Mail.
template-roll-out-touches = Whom it touches
template-roll-out-people =
    { $people ->
        [one] One person on the list; { $issued } have a certificate, which stays as it is
       *[other] { $people } people on the list; { $issued } have a certificate, which stays as it is
    }
template-compare = What is not the same
template-compare-before = With the one before
template-compare-title = { $name }, versions { $one } and { $other }
template-compare-old = Older
template-compare-new = Newer
template-compare-what = What
template-compare-how = How
template-compare-same = Nothing: both are the same.
template-became-added = New
template-became-removed = Taken out
template-became-changed = Changed
template-became-moved = On another layer

# Preview of an event's certificates
preview-lead = This is how certificates will look, before any is issued. Looking is advice: nothing waits for it.
preview-not-yet = Nobody has said yet that they looked.
preview-as-looked = Somebody has looked at it as it is now.
preview-anew = It has changed since somebody looked. Look at it anew.
preview-since-event = What the event says has changed.
preview-since-template = The template, or its version, has changed.
preview-since-list = The list of participants has changed.
preview-by = Looked at by
preview-at = Looked at on
preview-version = { $template }, version { $version }
preview-no-template = The event has no template yet.
preview-nobody = Nobody is on the list yet.
preview-drawn = As they will look
preview-show = Show
preview-look = Say that you have looked
preview-look-text = It is noted with your name, the template’s version and the list as it is now. If one of them changes, the step says so.
preview-looked = I have looked at it

# Standing texts of letters
letter-texts = Texts of the letters
letter-texts-lead = What an event’s letters say, where it is not what is built in: a text for all others, and one for each language that you write. Whoever has a language gets the text of that.
letter-texts-none = There is none of the event’s own: letters say what is built in, in seven languages.
letter-text-others = All other languages
letter-text-language-hint = Another language is another text; the others stay. A text that is emptied and saved is taken away.
letter-text-whose-hint = Somebody with a certificate: e-mail or id. Empty: a name that is made up.
letter-text-look = Look at it first
letter-text-looked = As it would go
letter-text-refused = The text was not saved. What is wrong with it stands below.
letter-text-below = Below, the text is shown as it would go. It is not saved yet.
send-as-html = As HTML

# Cards and badges
template-for-card = Share card
template-for-badge = Badge
template-small = Share card and badge
template-small-text = The card stands beside the link when somebody shares their certificate. Both are pictures and no part of what is signed: another choice shows on what was issued, too, when it is shared or downloaded again.
template-small-card = Share card
template-small-card-hint = If a name does not fit on it, the card shows the certificate alone.
template-small-badge = Badge
template-small-badge-hint = A picture of the event’s own goes before it.
template-small-usual-card = As the program draws it: the certificate on plain ground
template-small-usual-badge = As the program draws it: title and issuer, in a colour by the title
template-small-take = Take these
badge-by-template = It is drawn by the template { $name }.
badge-to-templates = Choose a template for it
template-event-pictures-hidden = The template has no place for this, and does not print it: { $pictures }. It is kept for the next template that has one; in the designer a place can be put on the page.
template-without-pictures = This template has no place for what the event has of its own: { $pictures }. It would not be printed, and is kept for the next template. Take another template, put a place on the page in the designer, or go on without.
template-without = Go on without them
template-signature-n = Signature { $number }, as a picture
template-off-signature-n = Take signature { $number } off
template-copy = From another event
template-copy-text = A copy becomes this event’s own template; the other event’s stays as it is. Logo and signatures of this event go along.
template-copy-from = Template of
template-copy-do = Copy and use it
