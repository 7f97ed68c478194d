"""Words that customers of a business write and the sentence model's list has not: without them a slip is seen where none is, and
"debit" is mended to "debt", "scam" to "slam"."""

from __future__ import annotations

TABLE = """
debit login logins logon password passwords username passcode signup autopay billpay overdraft overdrawn overdraw refund refunds
refunded chargeback chargebacks scam scams scammed scammer scammers phishing spoof spoofed fraudster atms outage outages
glitch glitchy reboot offline checkout contactless paperless paycheck paychecks payday payee payees payroll cashier cashiers
notary notarize notarized prepaid preapproved refinance mortgages lender lenders borrower escrow surcharge surcharges
iban swift routing pin pins cvv csv pdf apr apy ira hsa ach nsf poa dmv irs iphone android app apps wifi bluetooth
gmail emailed emailing texted texting texter callback callbacks voicemail chatbot chatbots bot bots
zelle venmo paypal cashapp mastercard amex citibank comcast verizon tmobile netflix hulu spotify amazon walmart costco kroger
walgreens cvs ikea ebay uber lyft doordash fedex usps ups dhl geico robinhood coinbase bitcoin crypto turbotax whatsapp instagram
unlock unlocked unblock unblocked unfreeze unfroze unfrozen unfreezing deactivate deactivated activating reactivate resend resent
reschedule rescheduled reschedules rebook redo undo reopen reissue reissued unsubscribe unsubscribed notify notified notification
notifications postpone postponed expire expired expires expiration expiry authorize authorise authorized unauthorized declined
swipe swiped swipes swiping misplaced mislaid mugged pickpocket pickpocketed burglary handbag purse snatched cashed voided mailed
mailing mailman mailbox courier deliverable undeliverable unreadable unusable demagnetized scratched cracked chewed
delete deleted disable disabled discontinue disrespectful discriminated unacceptable incompetent grievance ombudsman escalate
representative reps supervisor teller tellers banker bankers caregiver guardianship fiduciary executor probate beneficiary
conservator deceased bereavement affidavit lawyer lawyers plumber vegan recipe joke jokes puns haha hahaha lol howdy hiya hey hola
gracias español espanol hablo habla oops yup nope yea yeah greetings nevermind abort validate verify verification withdrawal
withdrawals cheque cheques checkbook ounce cents nickels dimes pesos peso euros rewind resume scooter typo
hubby grandson granddaughter grandma grandpa grandkids girlfriend boyfriend roommate landlord landlady tenant dads moms
sender issuer helper signer renters dispute disputed disputing fishy legit bogus sketchy
"""

WORDS = frozenset(TABLE.split())
