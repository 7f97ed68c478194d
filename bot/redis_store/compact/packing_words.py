"""What packed windows have in common: names and shapes of Rasa's events and of the skills that every installation has.

**Never changed**: what is packed with it cannot be read with another. A better one gets a name and a first byte of its own
(``packing.NEWER``), and this one stays. What is likely stands at the end.
"""

from __future__ import annotations

_SLOTS = """
also offered accepted informed picked_up choosing trouble tried handoff_outcome phone_number verification_code
phone_misses other_number code_sent_to code_sent_at goal next_step wanted_proof pin_check needs_proof paused
"""
_ACTIONS = """
action_take_offer action_decline_offer action_goodbye action_repeat action_explain action_take_your_time
action_never_mind action_start_over action_inform action_fallback action_help action_pause action_refuse
action_lost_thread action_call_started action_main_menu action_go_back action_greet action_go_on action_go_on_by_sms
action_go_on_by_web action_go_on_by_voice action_prefer_sms action_prefer_here action_prefer_any action_ring_me
action_dial_in action_handoff action_tell_wait action_handoff_closed validate_verification_form
action_ask_verification_form_phone_number action_ask_verification_form_verification_code
action_ask_verification_form_pin_check action_verified action_verify action_new_code action_wrong_number
action_no_phone action_code_not_sent utter_greet utter_help utter_thanks utter_goodbye utter_again utter_declined
utter_never_mind utter_refused utter_started_over utter_out_of_scope utter_fallback utter_fallback_guess
utter_fallback_offer utter_i_am_a_bot utter_how_i_am
"""
_INTENTS = """
greet help thanks goodbye repeat explain wait affirm deny never_mind start_over inform out_of_scope nlu_fallback
refuse call_started main_menu go_back bot_challenge how_are_you go_on go_on_by_sms go_on_by_web go_on_by_voice dial_in
prefer_sms prefer_here prefer_any ring_me ring_me_not speak_to_person ask_wait handoff_closed verify resend_code
wrong_number no_phone code_not_sent
"""
_EVENTS = (
    '["slot",{"metadata":{"model_id":"","assistant_id":""},"name":"","value":null}]'
    '["slot",{"value":true}]'
    '["slot",{"value":false}]'
    '["slot",{"name":"requested_slot","value":""}]'
    '["active_loop",{"metadata":{"model_id":"","assistant_id":""},"name":"verification_form"}]'
    '["active_loop",{"name":null}]'
    '["action_execution_rejected",{"metadata":{"model_id":"","assistant_id":""},"name":"","policy":null,"confidence":nul'
    "l}]"
    '["reset_slots",{"metadata":{"model_id":"","assistant_id":""}}]'
    '["rewind",{}]'
    '["followup",{"metadata":{"model_id":"","assistant_id":""},"name":""}]'
    '["user",{"metadata":{"channel":"messenger","proof":"possessed","tel":"+1","contact":"p_","sender":"tel:+1","place":'
    '"","code":"none","pin":"none","shown":"","event_of_ours":false,"moved":false,"recap":false,"asked_again":[]}}]'
    '["user",{"metadata":{"channel":"web","proof":"proven"}}]'
    '["user",{"metadata":{"channel":"voice"}}]'
    '["action",{"metadata":{"model_id":"","assistant_id":""},"name":"action_session_start","policy":null,"confidence":1.'
    '0,"action_text":null,"hide_rule_turn":false}]'
    '["session_started",{"metadata":{"model_id":"","assistant_id":""}}]'
    '["slot",{"metadata":{"model_id":"","assistant_id":""},"name":"session_started_metadata","value":{"channel":"sms","p'
    'roof":"claimed","tel":"+1","contact":"p_","sender":"tel:+1","place":"","code":"none","pin":"none","shown":"","event'
    '_of_ours":false,"moved":false,"recap":false,"asked_again":[]}}]'
    '["action",{"name":"action_listen","confidence":null}]'
    '["user",{"metadata":{"channel":"sms","proof":"claimed","tel":"+1","contact":"p_","sender":"tel:+1","place":"","code'
    '":"none","pin":"none","shown":"","event_of_ours":false,"moved":false,"recap":false,"asked_again":[],"model_id":"","'
    'assistant_id":""},"text":"","parse_data":{"intent":{"name":"","confidence":0.99},"entities":[{"entity":"","start":0'
    ',"end":0,"value":"","extractor":"RegexEntityExtractor"}],"text":"","message_id":"sms:SM","metadata":0},"input_chann'
    'el":"sms","message_id":"sms:SM"}]'
    '["user_featurization",{"metadata":{"model_id":"","assistant_id":""},"use_text_for_featurization":false}]'
    '["action",{"name":"utter_","policy":"RulePolicy","confidence":1.0,"hide_rule_turn":true}]'
    '["bot",{"metadata":{"channel":"sms","utter_action":"utter_","template":"utter_","model_id":"","assistant_id":""},"t'
    'ext":"","data":{"elements":null,"quick_replies":null,"buttons":null,"attachment":null,"image":null,"custom":null}}]'
    '["bot",{"text":"","data":{"buttons":[{"title":"","payload":""}]}}]'
    '["bot",{"metadata":{"utter_action":"utter_ask_","template":"utter_ask_"},"text":""}]'
    '["action",{"name":"action_","policy":"MemoizationPolicy","hide_rule_turn":false}]'
    '["action",{"policy":"RulePolicy","hide_rule_turn":true}]'
    '["slot",{"name":"offered","value":null}]'
    '["slot",{"name":"goal"}]'
    '["slot",{"name":"wanted_proof"}]'
    '["active_loop",{"name":""}]'
    '["user",{"metadata":{"shown":""},"text":"","parse_data":{"intent":{"name":"","confidence":0.9},"text":"","message_i'
    'd":"sms:SM"},"message_id":"sms:SM"}]'
    '["user_featurization",{},100]'
    '["action",{"name":"action_"}]'
    '["bot",{"metadata":{"utter_action":"utter_","template":"utter_"},"text":""}]'
    '["action",{"name":"action_listen"},1]'
)
WORDS = (_SLOTS + _ACTIONS + _INTENTS + _EVENTS).encode()
