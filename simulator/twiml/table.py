"""Which TwiML elements exist, which attributes they have and what may stand inside them.

The table was read from the generated classes of the ``twilio`` package (9.13.0) and is kept here so that the
simulator needs neither that package nor a network; ``tests/simulator/twiml/test_twiml.py`` derives it anew and compares.
Twilio publishes no schema; meanings of values are in ``simulator.twiml.values``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Element:
    """What one TwiML element may carry: attribute names and the names of its children."""

    attributes: frozenset[str]
    children: frozenset[str]


def _element(attributes: str = "", children: str = "") -> Element:
    return Element(frozenset(attributes.split()), frozenset(children.split()))


VOICE: dict[str, Element] = {
    "Response": _element(
        "",
        "Connect Dial Echo Enqueue Gather Hangup Leave Pause Pay Play Prompt Queue Record Redirect Refer "
        "Reject Say Sms Start Stop",
    ),
    "Connect": _element(
        "action method",
        "AiSession Autopilot Conversation ConversationRelay ConversationRelaySession Room Stream VirtualAgent",
    ),
    "AiSession": _element("aiConnector aiSessionConfiguration"),
    "Autopilot": _element(),
    "Conversation": _element(
        "inboundAutocreation inboundTimeout method record recordingStatusCallback "
        "recordingStatusCallbackEvent recordingStatusCallbackMethod routingAssignmentTimeout "
        "serviceInstanceSid statusCallback statusCallbackEvent statusCallbackMethod trim url",
    ),
    "ConversationRelay": _element(
        "applicationReconnect asrSmartFormat backgroundNoiseReduction customerName debug deepgramSmartFormat "
        "dtmfDetection eagerEotThreshold echoPromptFiltering elevenlabsLanguageTextNormalization "
        "elevenlabsTextNormalization events hints ignoreBackchannel includeInPrompt intelligenceService "
        "interruptSensitivity interruptible language partialPromptOnHangup partialPrompts preemptible "
        "profanityFilter reportInputDuringAgentSpeech speechModel speechTimeout transcriptionLanguage "
        "transcriptionProvider ttsLanguage ttsLanguageTextNormalization ttsProvider ttsTextNormalization "
        "turnDetection url voice welcomeGreeting welcomeGreetingInterruptible",
        "Language Parameter",
    ),
    "Language": _element(
        "asrSmartFormat code hints speechModel transcriptionProvider ttsLanguageTextNormalization ttsProvider "
        "ttsTextNormalization voice",
    ),
    "Parameter": _element("name value"),
    "ConversationRelaySession": _element("connector sessionConfiguration"),
    "Room": _element("participantIdentity"),
    "Stream": _element("audioFormat connectorName name sampleRate statusCallback statusCallbackMethod track url", "Parameter"),
    "VirtualAgent": _element(
        "connectorName language sentimentAnalysis statusCallback statusCallbackMethod",
        "Config Parameter",
    ),
    "Config": _element("name value"),
    "Dial": _element(
        "action answerOnBridge callerId events hangupOnStar method passports record recordingConfigurationId "
        "recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod recordingTrack "
        "referMethod referUrl ringTone sequential timeLimit timeout trim",
        "Application Client Conference Number Queue Sim Sip WhatsApp",
    ),
    "Application": _element(
        "copyParentTo customerId method statusCallback statusCallbackEvent statusCallbackMethod url",
        "ApplicationSid Parameter",
    ),
    "ApplicationSid": _element(),
    "Client": _element("method statusCallback statusCallbackEvent statusCallbackMethod url", "Identity Parameter"),
    "Identity": _element(),
    "Conference": _element(
        "beep coach endConferenceOnExit eventCallbackUrl jitterBufferSize maxParticipants muted "
        "participantLabel record recordingConfigurationId recordingStatusCallback "
        "recordingStatusCallbackEvent recordingStatusCallbackMethod region startConferenceOnEnter "
        "statusCallback statusCallbackEvent statusCallbackMethod trim waitMethod waitUrl",
    ),
    "Number": _element(
        "amdStatusCallback amdStatusCallbackMethod byoc machineDetection machineDetectionSilenceTimeout "
        "machineDetectionSpeechEndThreshold machineDetectionSpeechThreshold machineDetectionTimeout method "
        "sendDigits statusCallback statusCallbackEvent statusCallbackMethod url",
    ),
    "Queue": _element("method postWorkActivitySid reservationSid url"),
    "Sim": _element(),
    "Sip": _element(
        "amdStatusCallback amdStatusCallbackMethod machineDetection machineDetectionSilenceTimeout "
        "machineDetectionSpeechEndThreshold machineDetectionSpeechThreshold machineDetectionTimeout method "
        "password statusCallback statusCallbackEvent statusCallbackMethod url username",
        "Headers Uri",
    ),
    "Headers": _element("", "Header"),
    "Header": _element("name value"),
    "Uri": _element("password priority username weight"),
    "WhatsApp": _element("method statusCallback statusCallbackEvent statusCallbackMethod url"),
    "Echo": _element(),
    "Enqueue": _element("action maxQueueSize method waitUrl waitUrlMethod workflowSid", "Task"),
    "Task": _element("priority timeout"),
    "Gather": _element(
        "action actionOnEmptyResult bargeIn debug enhanced finishOnKey hints input language maxSpeechTime "
        "method numDigits partialResultCallback partialResultCallbackMethod profanityFilter speechModel "
        "speechTimeout timeout",
        "Pause Play Say",
    ),
    "Pause": _element("length"),
    "Play": _element("digits loop"),
    "Say": _element("language loop voice", "break emphasis lang p phoneme prosody s say-as sub w"),
    "break": _element("strength time"),
    "emphasis": _element("level", "break emphasis lang phoneme prosody say-as sub w"),
    "lang": _element("xml:lang", "break emphasis lang p phoneme prosody s say-as sub w"),
    "p": _element("", "break emphasis lang phoneme prosody s say-as sub w"),
    "phoneme": _element("alphabet ph"),
    "prosody": _element("pitch rate volume", "break emphasis lang p phoneme prosody s say-as sub w"),
    "s": _element("", "break emphasis lang phoneme prosody say-as sub w"),
    "say-as": _element("format interpret-as"),
    "sub": _element("alias"),
    "w": _element("role", "break emphasis phoneme prosody say-as sub"),
    "Hangup": _element("", "Parameter"),
    "Leave": _element(),
    "Pay": _element(
        "action bankAccountType chargeAmount currency description input language maxAttempts "
        "minPostalCodeLength paymentConnector paymentMethod postalCode securityCode statusCallback "
        "statusCallbackMethod timeout tokenType validCardTypes",
        "Parameter Prompt",
    ),
    "Prompt": _element("attempt cardType errorType for requireMatchingInputs", "Pause Play Say"),
    "Record": _element(
        "action finishOnKey maxLength method playBeep recordingConfigurationId recordingStatusCallback "
        "recordingStatusCallbackEvent recordingStatusCallbackMethod timeout transcribe transcribeCallback "
        "trim",
    ),
    "Redirect": _element("method"),
    "Refer": _element("action method", "Sip"),
    "Reject": _element("reason", "Parameter"),
    "Sms": _element("action from method statusCallback to"),
    "Start": _element("action method", "Recording Siprec Stream Transcription"),
    "Recording": _element(
        "channels recordingConfigurationId recordingStatusCallback recordingStatusCallbackEvent "
        "recordingStatusCallbackMethod track trim",
    ),
    "Siprec": _element("connectorName name statusCallback statusCallbackMethod track", "Parameter"),
    "Transcription": _element(
        "enableAutomaticPunctuation hints inboundTrackLabel intelligenceService languageCode name "
        "outboundTrackLabel partialResults profanityFilter speechModel statusCallbackMethod statusCallbackUrl "
        "track transcriptionEngine",
        "Config Parameter",
    ),
    "Stop": _element("", "Siprec Stream Transcription"),
}

MESSAGING: dict[str, Element] = {
    "Response": _element("", "Message Redirect"),
    "Message": _element("action from method statusCallback to", "Body Media"),
    "Body": _element(),
    "Media": _element(),
    "Redirect": _element("method"),
}
