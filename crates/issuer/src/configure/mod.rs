//! Configuration as data: resource files, what they would change, and changing it.
//!
//! Owns reading resource files, `plan`, `apply` and `export`, and the operator's commands on people and clients. Leaves
//! the rules for client metadata to `oidc::registration`, those for passwords to `authenticators`, and arguments and
//! printing to the command line. Names are stable (slug, resource, client_id, address), never ids; secrets come by
//! reference and never leave. DESIGN §1.2.
//!
//! | file | subject |
//! |---|---|
//! | `syntax`, `yaml` | TOML, YAML and JSON into tables that know their lines |
//! | `document` | one document into declarations, with the line of each |
//! | `secret_reference` | `{ env = … }` and `{ file = … }` |
//! | `resources` | everything the files declare |
//! | `plan`, `change` | the difference between files and database |
//! | `attributes`, `clients`, `requirements`, `resource_servers`, `scopes`, `terms`, `trusted_issuers`, `users` | the difference of one kind |
//! | `credentials` | passwords and authenticator apps that an operator sets |
//! | `links` | who a person is at other issuers |
//! | `execute` | the difference, carried out in transactions with their events |
//! | `export` | the database in the shape of a resource file |
//! | `invitations` | invitations that an operator makes, looks at and takes back |
//! | `operator` | what the command line does to one person or client |

mod attributes;
mod branding;
mod change;
mod clients;
mod credentials;
mod document;
mod execute;
mod export;
mod invitations;
mod links;
mod operator;
mod passkey_settings;
mod password_settings;
mod pictures;
mod plan;
mod problem;
mod requirements;
mod resource_servers;
mod resources;
mod scopes;
mod secret_reference;
mod syntax;
mod terms;
#[cfg(test)]
mod tests;
mod trusted_issuers;
mod users;
mod yaml;

pub use change::{Change, ChangeKind, ResourceKind};
pub(crate) use clients::changed_fields;
pub use export::ExportScope;
pub use invitations::{NewInvitation, StandingInvitation};
pub use operator::{AccountSwitch, FormerSecrets, NewAccount, OperatorRefusal, SecretRotation};
pub use plan::Unlisted;
pub use problem::{Origin, Place, Problem};
pub use resources::{
    ClientDeclaration, Declared, PasswordSource, Resources, SubjectAt, TenantDeclaration, UserDeclaration,
};
