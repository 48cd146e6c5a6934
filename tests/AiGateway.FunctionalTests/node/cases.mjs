// Runs cases one after another and prints one JSON line each: {"case", "ok", "error"}.
import assert from "node:assert/strict";

export async function run(cases) {
  for (const [name, body] of Object.entries(cases)) {
    let error = null;
    try {
      await body();
    } catch (thrown) {
      error = thrown?.stack ?? String(thrown);
    }
    console.log(JSON.stringify({ case: name, ok: error === null, error }));
  }
}

// The cases of each provider, named PROVIDER/CASE.
export function each(providers, cases) {
  return Object.fromEntries(providers.flatMap((provider) => Object.entries(cases).map(([name, body]) => [`${provider}/${name}`, () => body(provider)])));
}

export async function fails(type, status, promise, ...words) {
  const error = await promise.then(() => assert.fail("no error"), (error) => error);
  assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
  if (status) assert.equal(error.status, status);
  for (const word of words) assert.match(error.message, word);
  return error;
}
