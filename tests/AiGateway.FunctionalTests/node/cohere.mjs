// Cohere's official Node client against the gateway: vectors and reranking by alias, whoever the provider is, and chat by the native route.
// Usage: node cohere.mjs BASE_URL KEY MODELS     (MODELS: {"provider":"name for callers"})
import assert from "node:assert/strict";
import { CohereClientV2, CohereError } from "cohere-ai";
import { each, fails, run } from "./cases.mjs";

const [base, token, models] = [process.argv[2].replace(/\/$/, ""), process.argv[3], JSON.parse(process.argv[4])];
const clientOf = (token, baseUrl = base) => new CohereClientV2({ token, baseUrl, environment: baseUrl });
const client = clientOf(token);
const native = clientOf(token, `${base}/native/cohere`);
// The SDK retries by itself, and would hide what the gateway says.
const once = { maxRetries: 0 };
const failsWith = async (status, promise, ...words) => {
  const error = await fails(CohereError, null, promise, ...words);
  assert.equal(error.statusCode, status);
};
const user = (content) => ({ role: "user", content });
const chat = (messages, more = {}) => ({ model: "command-a-03-2025", messages, ...more });
const textOf = (message) => (message.content ?? []).map((part) => part.text).join("");
const tools = ["get_weather", "get_time"].map((name) => ({
  type: "function",
  function: { name, description: "Tells it.", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
}));

const cases = {
  async embed(provider) {
    const asked = { model: models[provider], texts: ["one", "two"], inputType: "search_query", embeddingTypes: ["float"], outputDimension: 256 };
    const answer = await client.embed(asked, once);
    assert.deepEqual(answer.embeddings.float.map((vector) => vector.length), [256, 256]);
    assert.equal(answer.meta.billedUnits.inputTokens, 2);
    assert.deepEqual((await client.embed({ ...asked, texts: ["two"] }, once)).embeddings.float[0], answer.embeddings.float[1]);
  },
  async error_401(provider) {
    await failsWith(401, clientOf("sk-nobodys").embed({ model: models[provider], texts: ["one"], inputType: "search_query" }, once), /Incorrect API key/);
  },
  async error_502(provider) {
    await failsWith(502, client.embed({ model: `${models[provider]}!status=500`, texts: ["one"], inputType: "search_query" }, once));
  },
};

const rerank = (provider, more = {}) => client.rerank({ model: models[provider], query: "red apples", documents: ["green pears", "ripe red apples", "red wine"], ...more }, once);

await run({
  ...each(Object.keys(models), cases),
  ...each(["cohere", "openai"], {
    async rerank(provider) {
      const answer = await rerank(provider);
      assert.deepEqual(answer.results.map((result) => result.index), [1, 2, 0]);
      assert.equal(answer.meta.billedUnits.searchUnits, 1);
      assert.deepEqual((await rerank(provider, { topN: 1 })).results.map((result) => result.index), [1]);
    },
    async rerank_error_400(provider) { await failsWith(400, rerank(provider, { topN: 0 }), /top_n/); },
  }),
  async rerank_where_there_is_none() { await failsWith(400, rerank("google")); },
  async unknown_model() { await failsWith(404, client.rerank({ model: "no-such-model", query: "x", documents: ["y"] }, once), /no-such-model/); },
  async native_chat() {
    const answer = await native.chat(chat([{ role: "system", content: "Be brief." }, user("hello")]), once);
    assert.match(textOf(answer.message), /^Simulated answer to: hello/);
    assert.equal(answer.finishReason, "COMPLETE");
    assert.equal(answer.usage.billedUnits.inputTokens, 4);
  },
  async native_chat_streamed() {
    const whole = await native.chat(chat([user("Stream me")]), once);
    let text = "", end = null;
    for await (const event of await native.chatStream(chat([user("Stream me")]), once)) {
      if (event.type === "content-delta") text += event.delta.message.content.text;
      if (event.type === "message-end") end = event.delta;
    }
    assert.equal(text, textOf(whole.message));
    assert.equal(end.finishReason, "COMPLETE");
    assert.equal(end.usage.billedUnits.outputTokens, whole.usage.billedUnits.outputTokens);
  },
  async native_several_turns_of_tools() {
    const messages = [];
    for (const [asked, name, said] of [["How is the weather?", "get_weather", "21 degrees"], ["And the time?", "get_time", "noon"]]) {
      messages.push(user(asked));
      const calling = await native.chat(chat(messages, { tools }), once);
      assert.equal(calling.finishReason, "TOOL_CALL");
      assert.deepEqual(calling.message.toolCalls.map((call) => call.function.name), [name]);
      messages.push(calling.message, { role: "tool", toolCallId: calling.message.toolCalls[0].id, content: said });
      const answer = await native.chat(chat(messages, { tools }), once);
      assert.match(textOf(answer.message), new RegExp(said));
      messages.push(answer.message);
    }
  },
  async native_error_400() { await failsWith(400, native.chat(chat([user("hello")], { temperature: 3 }), once)); },
  async native_error_401() { await failsWith(401, clientOf("sk-nobodys", `${base}/native/cohere`).chat(chat([user("hello")]), once)); },
  async native_rerank() {
    const answer = await native.rerank({ model: "rerank-v3.5", query: "red", documents: ["green", "red"] }, once);
    assert.deepEqual(answer.results.map((result) => result.index), [1, 0]);
  },
});
