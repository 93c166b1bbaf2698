//! Verify one factor: password, TOTP, recovery code; pure over stored credentials
