"""Secrets as people write them, which the door takes out."""

CARDS = ("4111111111111111", "5500005555555559", "340000000000009", "30000000000004", "6011000000000004", "2223003122003222")
SHORT_CODES = (
    *("my cvv is 123", "cvc: 1 2 3", "the security code on the back is 9876", "cvv one two three", "123 is my cvv", "CVV2 ١٢٣"),
    "código de seguridad 123",
)
SOCIAL_SECURITY = (
    *("123-45-6789", "my ssn is 123456789", "SSN 123 45 6789.", "078-05-1120", "123.45.6789", "my social is 123 456 789"),
    *("social security number: one two three four five six seven eight nine", "١٢٣-٤٥-٦٧٨٩"),
)
PINS = (
    *("my pin is 4821", "pin: 4821", "the PIN's 4 8 2 1", "PIN 48213", "pin4821", "mypin4821", "pin_4821", "4821 is my pin"),
    *("my pin is four eight two one", "the pin for my debit card is 4821", "my pin number is 4821", "mi PIN es ٤٨٢١"),
    *("change my pin from 1234 to 4821", "**PIN**: 4821", "PIN=4-8-2-1"),
)
