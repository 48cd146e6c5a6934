// Anthropic's official Node client against the gateway, whatever provider is behind it.
// Usage: node anthropic.mjs BASE_URL KEY MODELS     (MODELS: {"provider":"name for callers"})
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { each, fails, run } from "./cases.mjs";

const [base, apiKey, models] = [process.argv[2].replace(/\/$/, ""), process.argv[3], JSON.parse(process.argv[4])];
const clientOf = (apiKey) => new Anthropic({ apiKey, baseURL: base, maxRetries: 0 });
const client = clientOf(apiKey);
const user = (content) => ({ role: "user", content });
const ask = (provider, content, more = {}, fault = "") => ({ model: models[provider] + (fault && `!${fault}`), max_tokens: 4096, messages: [user(content)], ...more });
const textOf = (message) => message.content.filter((block) => block.type === "text").map((block) => block.text).join("");
const callsOf = (message) => message.content.filter((block) => block.type === "tool_use");
const tool = (name) => ({ name, description: "Tells it.", input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } });
const result = (call, content) => ({ type: "tool_result", tool_use_id: call.id, content });

const cases = {
  async message(provider) {
    const { data, response } = await client.messages.create(ask(provider, "hello", { system: "Be brief." })).withResponse();
    assert.match(textOf(data), /^Simulated answer to: hello/);
    assert.equal(data.stop_reason, "end_turn");
    assert.equal(data.usage.input_tokens, 4);
    assert.equal(data._request_id, response.headers.get("x-request-id"));
  },
  async stream(provider) {
    const whole = await client.messages.create(ask(provider, "Stream me"));
    const stream = client.messages.stream(ask(provider, "Stream me"));
    let text = "";
    stream.on("text", (piece) => (text += piece));
    const final = await stream.finalMessage();
    assert.equal(text, textOf(whole));
    assert.equal(textOf(final), text);
    assert.equal(final.usage.output_tokens, whole.usage.output_tokens);
  },
  async tool_loop(provider) {
    const tools = [tool("get_weather"), tool("get_time")];
    const asked = ask(provider, "weather and time, please", { tools });
    const first = await client.messages.stream(asked).finalMessage();
    const calls = callsOf(first);
    assert.equal(first.stop_reason, "tool_use");
    assert.deepEqual(calls.map((call) => call.name), ["get_weather", "get_time"]);
    for (const call of calls) assert.deepEqual(Object.keys(call.input), ["city"]);
    asked.messages.push({ role: "assistant", content: first.content }, user(calls.map((call) => result(call, "21 degrees"))));
    assert.match(textOf(await client.messages.create(asked)), /21 degrees/);
  },
  async several_turns_of_tools(provider) {
    const asked = ask(provider, "How is the weather?", { tools: [tool("get_weather"), tool("get_time")] });
    for (const [next, name, said] of [["And the time?", "get_weather", "21 degrees"], ["The weather again?", "get_time", "noon"], [null, "get_weather", "22 degrees"]]) {
      const calling = await client.messages.create(asked);
      assert.deepEqual(callsOf(calling).map((call) => call.name), [name]);
      asked.messages.push({ role: "assistant", content: calling.content }, user([result(callsOf(calling)[0], said)]));
      const answer = await client.messages.stream(asked).finalMessage();
      assert.match(textOf(answer), new RegExp(said));
      asked.messages.push({ role: "assistant", content: answer.content }, user(next ?? "Thanks"));
    }
  },
  async vision(provider) {
    const source = { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" };
    const answer = await client.messages.create(ask(provider, [{ type: "image", source }, { type: "text", text: "What" }]));
    assert.equal(answer.usage.input_tokens, 86);
  },
  async structured_output(provider) {
    const schema = { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name", "age"], additionalProperties: false };
    const answer = await client.messages.create(ask(provider, "Who?", { output_config: { format: { type: "json_schema", schema } } }));
    assert.deepEqual(Object.keys(JSON.parse(textOf(answer))), ["name", "age"]);
  },
  async thinking_goes_back(provider) {
    const asked = ask(provider, "Think about the weather", { tools: [tool("get_weather")], thinking: { type: "enabled", budget_tokens: 2048 } });
    const first = await client.messages.stream(asked).finalMessage();
    asked.messages.push({ role: "assistant", content: first.content }, user([result(callsOf(first)[0], "21 degrees")]));
    assert.match(textOf(await client.messages.create(asked)), /21 degrees/);
  },
  async count_tokens(provider) {
    const { max_tokens, ...asked } = ask(provider, "What is YARP?");
    const count = await client.messages.countTokens(asked);
    assert.ok(count.input_tokens >= 3 && count.input_tokens <= 20, count.input_tokens);
  },
  async error_400(provider) { await fails(Anthropic.BadRequestError, 400, client.messages.create(ask(provider, "x", {}, "context_length_exceeded")), /invalid_request_error/); },
  async error_401(provider) { await fails(Anthropic.AuthenticationError, 401, clientOf("sk-nobodys").messages.create(ask(provider, "x")), /authentication_error/); },
  async error_404(provider) { await fails(Anthropic.NotFoundError, 404, client.messages.create(ask(provider, "x", { model: "no-such-model" })), /not_found_error/); },
  async error_502(provider) { await fails(Anthropic.InternalServerError, 502, client.messages.create(ask(provider, "x", {}, "status=500")), /api_error/); },
  async cut_stream_is_a_failure(provider) {
    for (const fault of ["cut", "end", "error-event", "malformed"]) {
      let text = "";
      const stream = client.messages.stream(ask(provider, "Stream me", {}, `${fault}=7,pace=20`));
      stream.on("text", (piece) => (text += piece));
      await fails(Anthropic.AnthropicError, null, stream.finalMessage());
      assert.ok(text.length > 0, fault);
    }
  },
};

await run({
  ...each(Object.keys(models), cases),
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes("anthropic/*"), ids.join());
  },
});
