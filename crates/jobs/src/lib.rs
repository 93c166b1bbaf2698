//! Work after the reply: mail, clean-up, key rotation
