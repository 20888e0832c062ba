//! The example program, run twice over one folder.

#[path = "../examples/embedded.rs"]
#[allow(dead_code, reason = "the example's `main` is run by those who try it")]
mod example;

use tempfile::tempdir;

async fn output(folder: &std::path::Path) -> String {
    let mut output = Vec::new();
    example::run(folder, &mut output).await.expect("the example works");
    String::from_utf8(output).expect("text")
}

#[tokio::test]
async fn the_example_takes_a_message_through_its_life_and_starts_again() {
    let folder = tempdir().expect("a folder");
    for _run in 0..2 {
        let output = output(folder.path()).await;
        for line in
            ["published ", "received \"two coffees\", delivery number 1", "acknowledged ", "left: 0 ready, 0 leased"]
        {
            assert!(output.contains(line), "{line:?} is not in\n{output}");
        }
    }
}
