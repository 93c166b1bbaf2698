//! What every deployment of the tests is filled with: people, clients and APIs.
//!
//! Owns names, secrets and the resource file they stand in; a test that needs more applies its own on top. The names
//! say what is special: `web` is an ordinary confidential client, and every other one differs from it in one thing.

/// The issuer of the tenant `default`.
pub const ISSUER: &str = "https://id.example";
/// The password of every person.
pub const PASSWORD: &str = "correct horse battery staple";
/// The secret of every confidential client, with the characters that HTTP Basic must escape.
pub const SECRET: &str = "s3cret:%+/&=~_of_37_random_characters";
/// The secret of Grace's authenticator app, in base32.
pub const TOTP_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// Has a password, a proven address and every claim there is.
pub const ADA: &str = "ada@example.com";
/// Has a password and an authenticator app.
pub const GRACE: &str = "grace@example.com";
/// Has a password and no claim.
pub const ALAN: &str = "alan@example.com";

/// An API whose tokens are JWTs.
pub const ORDERS: &str = "https://orders.example.com";
/// An API whose tokens are opaque.
pub const BILLS: &str = "https://bills.example.com/v1";

/// The redirect URI of `web`.
pub const REDIRECT_URI: &str = "https://rp.example/cb";
/// Where `native` is reached on devices on which it claims this address (RFC 8252 §7.2).
pub const CLAIMED_URI: &str = "https://app.example/cb";
/// Where `web` returns to after a logout.
pub const SIGNED_OUT_URI: &str = "https://rp.example/signed-out";

/// The resource file. `{JWKS}` stands for the key of `keyed`, `{CERTIFICATE}` for that of `self-signed`.
pub(crate) const RESOURCES: &str = r#"
[[tenants]]
slug = "default"
display_name = "Example"

[[tenants]]
slug = "acme"
display_name = "Acme"

[[tenants]]
slug = "certified"
profile = "oidc"

[[tenants]]
slug = "strict"
profile = "fapi2"

[[resource_servers]]
resource = "https://orders.example.com"
name = "Orders"
scopes = ["orders.read", "orders.write"]

[[resource_servers]]
resource = "https://bills.example.com/v1"
name = "Bills"
scopes = ["bills.read"]
token_profile = "opaque"

[[clients]]
client_id = "web"
client_name = "Web"
client_secret = { file = "secret" }
redirect_uris = ["https://rp.example/cb"]
post_logout_redirect_uris = ["https://rp.example/signed-out"]
grant_types = ["authorization_code", "refresh_token"]

[[clients]]
client_id = "other"
client_secret = { file = "secret" }
redirect_uris = ["https://other.example/cb"]
post_logout_redirect_uris = ["https://other.example/signed-out"]
grant_types = ["authorization_code", "refresh_token"]

[[clients]]
client_id = "post"
client_secret = { file = "secret" }
token_endpoint_auth_method = "client_secret_post"
redirect_uris = ["https://post.example/cb"]
grant_types = ["authorization_code", "refresh_token"]

[[clients]]
client_id = "keyed"
token_endpoint_auth_method = "private_key_jwt"
redirect_uris = ["https://keyed.example/cb"]
grant_types = ["authorization_code", "client_credentials"]
response_types = ["code"]
jwks = { keys = [{JWKS}] }

[[clients]]
client_id = "mac"
client_secret = { file = "secret" }
token_endpoint_auth_method = "client_secret_jwt"
redirect_uris = ["https://mac.example/cb"]
grant_types = ["authorization_code", "client_credentials"]
response_types = ["code"]

[[clients]]
client_id = "issued"
token_endpoint_auth_method = "tls_client_auth"
tls_client_auth_san_dns = "client.example"
tls_client_certificate_bound_access_tokens = true
redirect_uris = ["https://issued.example/cb"]
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
response_types = ["code"]

[[clients]]
client_id = "self-signed"
token_endpoint_auth_method = "self_signed_tls_client_auth"
redirect_uris = ["https://self-signed.example/cb"]
grant_types = ["authorization_code", "client_credentials"]
response_types = ["code"]
jwks = { keys = [{CERTIFICATE}] }

[[clients]]
client_id = "spa"
token_endpoint_auth_method = "none"
redirect_uris = ["https://spa.example/cb"]
grant_types = ["authorization_code", "refresh_token"]

[[clients]]
client_id = "native"
application_type = "native"
token_endpoint_auth_method = "none"
redirect_uris = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:7000/cb", "com.example.app:/cb", "https://app.example/cb"]
grant_types = ["authorization_code", "refresh_token"]

[[clients]]
client_id = "twin"
client_secret = { file = "secret" }
redirect_uris = ["https://twin.example/one", "https://twin.example/two"]

[[clients]]
client_id = "first-party"
client_secret = { file = "secret" }
redirect_uris = ["https://own.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
first_party = true

[[clients]]
client_id = "rs256"
client_secret = { file = "secret" }
redirect_uris = ["https://rs256.example/cb"]
id_token_signed_response_alg = "RS256"
userinfo_signed_response_alg = "RS256"

[[clients]]
client_id = "pair-one"
client_secret = { file = "secret" }
redirect_uris = ["https://sector.example/one"]
post_logout_redirect_uris = ["https://sector.example/out"]
grant_types = ["authorization_code", "refresh_token"]
subject_type = "pairwise"

[[clients]]
client_id = "pair-two"
client_secret = { file = "secret" }
redirect_uris = ["https://sector.example/two"]
subject_type = "pairwise"

[[clients]]
client_id = "pair-elsewhere"
client_secret = { file = "secret" }
redirect_uris = ["https://elsewhere.example/cb"]
subject_type = "pairwise"

[[clients]]
client_id = "service"
client_secret = { file = "secret" }
grant_types = ["client_credentials"]
response_types = []

[[clients]]
client_id = "exchanger"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:token-exchange", "client_credentials"]
response_types = []

[[clients.exchanges]]
from = ["https://orders.example.com", "https://bills.example.com/v1"]
to = ["https://orders.example.com", "https://bills.example.com/v1"]

[[clients]]
client_id = "agent"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
response_types = []

[[clients]]
client_id = "other-agent"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
response_types = []

[[clients]]
client_id = "tv"
client_name = "Living Room"
token_endpoint_auth_method = "none"
application_type = "native"
grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]

[[clients]]
client_id = "other-tv"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:device_code"]

[[clients]]
client_id = "till"
client_name = "Corner Shop"
client_secret = { file = "secret" }
grant_types = ["urn:openid:params:grant-type:ciba", "refresh_token"]
backchannel_token_delivery_mode = "poll"

[[clients]]
client_id = "bank"
client_secret = { file = "secret" }
grant_types = ["urn:openid:params:grant-type:ciba", "refresh_token"]
backchannel_token_delivery_mode = "ping"
backchannel_client_notification_endpoint = "https://bank.example/notify"

[[clients]]
client_id = "ledger"
client_secret = { file = "secret" }
grant_types = ["urn:openid:params:grant-type:ciba", "refresh_token"]
backchannel_token_delivery_mode = "push"
backchannel_client_notification_endpoint = "https://ledger.example/notify"

[[clients]]
client_id = "gateway"
client_secret = { file = "secret" }
grant_types = ["client_credentials"]
response_types = []
introspects = ["https://orders.example.com", "https://bills.example.com/v1"]

[[clients]]
client_id = "bills-gateway"
client_secret = { file = "secret" }
grant_types = ["client_credentials"]
response_types = []
introspects = ["https://bills.example.com/v1"]

[[clients]]
tenant = "acme"
client_id = "web"
client_secret = { file = "secret" }
redirect_uris = ["https://rp.example/cb"]
grant_types = ["authorization_code", "refresh_token"]

[[users]]
email = "ada@example.com"
email_verified = true
password = { file = "password" }

[users.claims]
name = "Ada Lovelace"
given_name = "Ada"
family_name = "Lovelace"
middle_name = "King"
nickname = "Enchantress"
preferred_username = "ada"
profile = "https://people.example/ada"
picture = "https://people.example/ada.png"
website = "https://ada.example"
gender = "female"
birthdate = "1815-12-10"
zoneinfo = "Europe/London"
locale = "en-GB"
phone_number = "+441234567890"
address = { formatted = "12 St James's Square\nLondon", locality = "London", country = "GB" }

[[users]]
email = "grace@example.com"
email_verified = true
password = { file = "password" }
totp_secret = { file = "totp" }

[[users]]
email = "alan@example.com"
email_verified = true
password = { file = "password" }

[[clients]]
tenant = "certified"
client_id = "web"
client_secret = { file = "secret" }
redirect_uris = ["https://rp.example/cb"]

[[clients]]
tenant = "strict"
client_id = "web"
token_endpoint_auth_method = "private_key_jwt"
redirect_uris = ["https://rp.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
jwks = { keys = [{JWKS}] }

[[users]]
tenant = "strict"
email = "ada@example.com"
email_verified = true
password = { file = "password" }

[[users]]
tenant = "certified"
email = "ada@example.com"
email_verified = true
password = { file = "password" }

[[users]]
tenant = "acme"
email = "ada@example.com"
email_verified = true
password = { file = "password" }
"#;
