//! Panics of the product become findings: caught, with their place, and without the noise of a backtrace.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// Runs `body`; if it panics, says with which words and where.
///
/// # Errors
/// It panicked.
pub fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if CATCHING.get() {
                LAST.with_borrow_mut(|last| *last = panic.to_string());
            } else {
                usual(panic);
            }
        }));
    });
    CATCHING.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    CATCHING.set(false);
    outcome.map_err(|_| LAST.take())
}

#[cfg(test)]
mod tests {
    use super::caught;

    #[test]
    fn a_panic_is_told_with_its_words_and_its_place() {
        let told = caught(|| assert_eq!(1 + 1, 3, "arithmetic")).unwrap_err();
        assert!(told.contains("arithmetic") && told.contains("panics.rs"), "{told}");
        assert_eq!(caught(|| 7), Ok(7));
    }
}
