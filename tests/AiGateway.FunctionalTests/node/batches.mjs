// OpenAI's and Anthropic's official Node clients: files and batches through the gateway.
// Usage: node batches.mjs BASE_URL KEY
import assert from "node:assert/strict";
import Anthropic, { toFile as toAnthropicFile } from "@anthropic-ai/sdk";
import OpenAI, { toFile } from "openai";
import { fails, run } from "./cases.mjs";

const [base, apiKey] = [process.argv[2].replace(/\/$/, ""), process.argv[3]];
const openai = new OpenAI({ apiKey, baseURL: `${base}/v1`, maxRetries: 0 });
const anthropic = new Anthropic({ apiKey, baseURL: base, maxRetries: 0 });
const line = (model, i) => JSON.stringify({ custom_id: `r${i}`, method: "POST", url: "/v1/chat/completions", body: { model, messages: [{ role: "user", content: `Question ${i}` }] } });
const requests = (model, count) => toFile(Buffer.from(Array.from({ length: count }, (_, i) => line(model, i)).join("\n")), "requests.jsonl");
const ask = (id, model, max_tokens = 100) => ({ custom_id: id, params: { model, max_tokens, messages: [{ role: "user", content: "hello" }] } });

await run({
  async openai_files() {
    const made = await openai.files.create({ file: await toFile(Buffer.from("a,b\n1,2\n"), "data.csv"), purpose: "user_data", model: "fast" });
    assert.equal((await openai.files.retrieve(made.id)).filename, "data.csv");
    assert.equal(await (await openai.files.content(made.id)).text(), "a,b\n1,2\n");
    assert.deepEqual(await openai.files.delete(made.id), { id: made.id, object: "file", deleted: true });
  },
  async openai_batch() {
    const file = await openai.files.create({ file: await requests("fast", 3), purpose: "batch" });
    const batch = await openai.batches.create({ input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "24h", metadata: { night: "1" } });
    assert.equal(batch.metadata.night, "1");
    await openai.batches.retrieve(batch.id);
    const ended = await openai.batches.retrieve(batch.id);
    assert.equal(ended.status, "completed");
    const lines = (await (await openai.files.content(ended.output_file_id)).text()).trim().split("\n").map((text) => JSON.parse(text));
    assert.deepEqual(lines.map((answer) => answer.custom_id), ["r0", "r1", "r2"]);
    assert.match(lines[1].response.body.choices[0].message.content, /Question 1/);
  },
  async openai_list_pages() {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await openai.files.create({ file: await requests("fast", 1), purpose: "batch" })).id);
    const seen = [];
    for await (const file of openai.files.list({ limit: 2 })) seen.push(file.id);
    for (const id of ids) assert.ok(seen.includes(id));
    const batches = [];
    for await (const batch of openai.batches.list({ limit: 1 })) batches.push(batch.id);
    assert.ok(batches.length >= 1);
  },
  async openai_not_found() {
    await fails(OpenAI.NotFoundError, 404, openai.files.retrieve("file-nobodys"), /No such File object/);
    await fails(OpenAI.NotFoundError, 404, openai.batches.cancel("batch_nobodys"), /No batch found/);
  },
  async openai_bad_line() {
    const file = await toFile(Buffer.from(`${line("fast", 0)}\n{"custom_id":`), "requests.jsonl");
    await fails(OpenAI.BadRequestError, 400, openai.files.create({ file, purpose: "batch" }), /Line 2 of the file/);
  },
  async anthropic_batch() {
    const batch = await anthropic.messages.batches.create({ requests: [ask("a", "claude"), ask("b", "claude", 0)] });
    assert.equal(batch.processing_status, "in_progress");
    await anthropic.messages.batches.retrieve(batch.id);
    assert.equal((await anthropic.messages.batches.retrieve(batch.id)).request_counts.succeeded, 1);
    const results = [];
    for await (const result of await anthropic.messages.batches.results(batch.id)) results.push(result);
    assert.deepEqual(results.map((each) => [each.custom_id, each.result.type]), [["a", "succeeded"], ["b", "errored"]]);
    const listed = [];
    for await (const each of anthropic.messages.batches.list({ limit: 1 })) listed.push(each.id);
    assert.ok(listed.includes(batch.id));
    assert.equal((await anthropic.messages.batches.delete(batch.id)).type, "message_batch_deleted");
  },
  async anthropic_not_found() {
    await fails(Anthropic.NotFoundError, 404, anthropic.messages.batches.retrieve("msgbatch_nobodys"), /not_found_error/);
    await fails(Anthropic.NotFoundError, 404, anthropic.messages.batches.create({ requests: [ask("a", "no-such-model")] }), /not_found_error/);
  },
  async anthropic_files() {
    const made = await anthropic.beta.files.upload({ file: await toAnthropicFile(Buffer.from("a,b\n"), "data.csv") });
    assert.equal((await anthropic.beta.files.retrieveMetadata(made.id)).filename, "data.csv");
    const listed = [];
    for await (const file of anthropic.beta.files.list()) listed.push(file.id);
    assert.deepEqual(listed, [made.id]);
    assert.equal((await anthropic.beta.files.delete(made.id)).type, "file_deleted");
    await fails(Anthropic.NotFoundError, 404, anthropic.beta.files.retrieveMetadata(made.id), /not_found_error/);
  },
});
