"""The table of environment variables: `.env.example` and the README's table are kept in step with it by a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: what it is for, its default (None: none, or worked out), and whether its value is a secret."""

    name: str
    explanation: str
    default: str | None = None
    secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "PUBLIC_URL", "The address vendors and browsers use, such as https://bank.example; signatures are checked against it."
    ),
    Variable(
        "PUBLIC_HOST", "Where the public listener binds; 0.0.0.0 when the reverse proxy is on another machine.", "127.0.0.1"
    ),
    Variable("PUBLIC_PORT", "Port of the public listener: webhooks, web chat, the sample page.", "8080"),
    Variable("INTERNAL_HOST", "Where the internal listener binds; never reachable from the internet.", "127.0.0.1"),
    Variable("INTERNAL_PORT", "Port of the internal listener: desk, simulator, health, metrics.", "8081"),
    Variable(
        "INTERNAL_API_TOKEN", "Token for the JSON API of the internal listener, 32 characters or more; generated.", secret=True
    ),
    Variable("TWILIO_ACCOUNT_SID", "Your Twilio account: AC and 32 hexadecimal digits."),
    Variable(
        "TWILIO_AUTH_TOKEN", "Its auth token; two separated by a comma while you rotate them (the first is used).", secret=True
    ),
    Variable("TWILIO_SMS_NUMBER", "The number that texts, in E.164."),
    Variable("TWILIO_VOICE_NUMBER", "The number that is called, in E.164; may be the same."),
    Variable(
        "VOICE_MODE",
        "gather (any account) or relay (ConversationRelay) for calls; single numbers as in: gather, +12125550101=relay.",
        "gather",
    ),
    Variable("TWILIO_API_URL", "Twilio's REST API, or any Twilio-compatible base address.", "https://api.twilio.com"),
    Variable(
        "TWILIO_VERIFY_SERVICE", "Twilio Verify for one-time codes: VA and 32 hexadecimal digits; without it we send our own."
    ),
    Variable(
        "TWILIO_VERIFY_FALLBACK",
        "on: while Twilio Verify does not answer, codes of our own are texted; off: the customer is told, and offered a person.",
        "off",
    ),
    Variable("TWILIO_VERIFY_URL", "Twilio Verify's API, or a compatible base address.", "https://verify.twilio.com"),
    Variable("TWILIO_API_KEY_SID", "An API key (SK...) for agents who answer calls in their browser (docs/install.md)."),
    Variable("TWILIO_API_KEY_SECRET", "The secret of that API key.", secret=True),
    Variable(
        "TWILIO_VOICE_SDK_URL",
        "Where agents' browsers load Twilio's Voice SDK (twilio.min.js) from; # and a hash (sha384-...) may follow.",
    ),
    Variable(
        "CALLER_ATTESTATION",
        "The least STIR/SHAKEN attestation (a, b or c) with which a caller id picks up its thread; off: any that did not fail.",
        "off",
    ),
    Variable("MESSENGER_APP_SECRET", "Your Meta app's secret; every Messenger webhook is signed with it.", secret=True),
    Variable(
        "MESSENGER_VERIFY_TOKEN", "A word you make up (16 characters or more) and repeat in Meta's webhook form.", secret=True
    ),
    Variable("MESSENGER_PAGE_TOKEN", "The page access token that messages are sent with.", secret=True),
    Variable("MESSENGER_PAGE_ID", "The page's id; optional."),
    Variable("MESSENGER_API_URL", "Meta's Graph API, or a compatible base address.", "https://graph.facebook.com"),
    Variable(
        "SIMULATOR", "on or off; `make run` turns it on when no vendor is configured. Refused beside real credentials.", "off"
    ),
    Variable(
        "REDIS_URL",
        "Your Redis or Valkey (redis://, rediss://, unix://, redis+sentinel://, redis+cluster://); "
        "without it `make run` starts its own.",
        secret=True,
    ),
    Variable(
        "RASA_URL",
        "Your Rasa server, or several separated by commas; without it `make run` starts its own with the action server.",
        "http://127.0.0.1:5005",
    ),
    Variable("ACTION_SERVER_URL", "The action server; the gateway only asks its health, Rasa calls it. Set by `make run`."),
    Variable("RASA_TOKEN", "The token of Rasa's HTTP API, 32 characters or more; generated.", secret=True),
    Variable(
        "SECOND_FACTOR_URL",
        "Where the business checks a PIN (docs/identity.md); `make run` names its own action server. Without it none is asked.",
    ),
    Variable("SECOND_FACTOR_TOKEN", "The token sent to SECOND_FACTOR_URL, 32 characters or more; generated.", secret=True),
    Variable(
        "DATABASE_URL",
        "The sample bank's records, any SQLAlchemy URL; an SQLite file of the installation by default.",
        secret=True,
    ),
    Variable(
        "ONETHREAD_HOME", "Folder for this installation's secrets, data and logs; readable by its owner only.", ".onethread"
    ),
    Variable("TURN_DEADLINE_SECONDS", "Seconds the assistant has for one answer, 1 to 14; then an apology.", "8"),
    Variable(
        "CHAT_ORIGINS", "Further web origins that may open the chat, separated by commas; PUBLIC_URL's own is always allowed."
    ),
    Variable("BUSINESS_HOURS", "When people answer, such as Mon-Fri 09:00-17:00, Sat 10:00-14:00; always without it."),
    Variable("BUSINESS_TIMEZONE", "The time zone of BUSINESS_HOURS, such as America/New_York.", "UTC"),
    Variable(
        "CALL_HOURS",
        "When customers who ask for it are called (docs/continuity.md), written as BUSINESS_HOURS; at any hour without it.",
    ),
    Variable("QUEUE_LIMIT", "How many callers may wait for a person at once; further ones are offered a callback.", "50"),
    Variable("CALLBACK_TRIES", "How often a customer who asked for a call is called before they are texted, 1 to 10.", "3"),
    Variable("CALLBACK_MINUTES", "Minutes until such a customer is called again; never outside BUSINESS_HOURS.", "15"),
    Variable("HOLD_MUSIC", "Address of a sound file for waiting callers, or off; without it our own music is played."),
    Variable("RECORD_CALLS", "on: talks with agents are recorded, after a spoken notice (ask your lawyer first).", "off"),
    Variable("SUMMARY_SMS", "on: after a call the customer is texted what the agent wrote down as agreed.", "off"),
    Variable("EFFORT_QUESTION", "on: after a talk with an agent the caller is asked how easy it was, 1 to 5 by key.", "off"),
    Variable("SUPERVISORS", "Usernames of the desk that may listen to calls and coach, separated by commas."),
    Variable(
        "WEB_IDENTITY_SECRET",
        "Key of the JWTs by which your own signed-in pages vouch for a visitor (docs/identity.md), 32 characters or more; "
        "two separated by a comma while you change it.",
        secret=True,
    ),
    Variable("LOG_LEVEL", "debug, info, warning or error.", "info"),
    Variable("OTEL_EXPORTER_OTLP_ENDPOINT", "Where OpenTelemetry traces go, such as http://127.0.0.1:4318; none without it."),
)
