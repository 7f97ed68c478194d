"""What texts and the phone line share of Twilio: REST client, signatures, errors; and its codes (Verify)."""
