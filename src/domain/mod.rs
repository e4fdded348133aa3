//! The field's words as values. PURE: knows no clock, network, file, database or environment.

mod by_account;
mod cells;
mod finding;
mod history;
mod ids;
mod letter;
mod observation;
mod outcome;
mod policy;
mod register;
mod text;
mod trend;
mod verdict;

pub use by_account::*;
pub use cells::*;
pub use finding::*;
pub use history::*;
pub use ids::*;
pub use letter::*;
pub use observation::*;
pub use outcome::*;
pub use policy::*;
pub use register::*;
pub use text::*;
pub use trend::*;
pub use verdict::*;
