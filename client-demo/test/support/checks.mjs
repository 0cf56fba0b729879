/** Runs the named checks of an end-to-end script one after another, within one time limit for all of them. */
import { parseArgs, stripVTControlCharacters } from "node:util";

const TOTAL_TIMEOUT_MS = 60_000;

/**
 * What an end-to-end script is told: `--url` of a server, `--url2` of another node (by default the same), `--transport`, and `--recovers` if the
 * server has connection state recovery.
 */
export function endToEndOptions() {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      url2: { type: "string" },
      transport: { type: "string", default: "both" },
      recovers: { type: "boolean", default: false },
    },
  });
  if (!values.url || !["both", "polling", "websocket"].includes(values.transport)) {
    console.error("usage: --url http://127.0.0.1:PORT [--url2 ...] [--transport both|polling|websocket] [--recovers]");
    process.exit(2);
  }
  return { ...values, url2: values.url2 ?? values.url };
}

/**
 * @param body gets `check(name, action)`, which prints one line and stops the script at the first failure
 * @param cleanUp called in any case, also after a timeout
 */
export async function runChecks(body, cleanUp) {
  let current = "start";
  let timer;
  const check = async (name, action) => {
    current = name;
    await action();
    console.log(`ok - ${name}`);
  };
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${TOTAL_TIMEOUT_MS / 1000} s`)), TOTAL_TIMEOUT_MS);
  });
  let failed = false;
  try {
    await Promise.race([body(check), timeout]);
    console.log("ok - all checks passed");
  } catch (error) {
    failed = true;
    console.log(`not ok - ${current}: ${stripVTControlCharacters(error.message).replace(/\s*\n\s*/g, " | ")}`);
  } finally {
    clearTimeout(timer);
    await Promise.race([cleanUp(), new Promise((resolve) => setTimeout(resolve, 5_000))]);
  }
  process.exit(failed ? 1 : 0);
}
