// The console's scenarios by name: `node scenarios.cjs NAME`, or `--list`. The tests in `../scenarios.rs` start a server for
// each and run this.

"use strict";

const scenarios = {
  ...require("./walks.cjs"),
  ...require("./one_message.cjs"),
  ...require("./clients.cjs"),
  ...require("./changes.cjs"),
  ...require("./hostile.cjs"),
  ...require("./scale.cjs"),
  ...require("./keyboard.cjs"),
  ...require("./pictures.cjs"),
  ...require("./away.cjs"),
  ...require("./sign_in.cjs"),
};

async function main(name) {
  if (name === "--list") {
    for (const known of Object.keys(scenarios)) console.log(known);
    return;
  }
  await scenarios[name]();
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
