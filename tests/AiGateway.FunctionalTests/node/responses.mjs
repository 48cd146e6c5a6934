// OpenAI's official Node client, its Responses API, against models that speak it or another dialect; nothing is stored.
// Usage: node responses.mjs BASE_URL KEY MODELS     (MODELS: {"provider":"name for callers"})
import assert from "node:assert/strict";
import OpenAI from "openai";
import { each, fails, run } from "./cases.mjs";

const [base, apiKey, models] = [process.argv[2].replace(/\/$/, ""), process.argv[3], JSON.parse(process.argv[4])];
const clientOf = (apiKey) => new OpenAI({ apiKey, baseURL: `${base}/v1`, maxRetries: 0 });
const openai = clientOf(apiKey);
const ask = (provider, input, more = {}, fault = "") => ({ model: models[provider] + (fault && `!${fault}`), input, store: false, ...more });
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const tool = (name) => ({ type: "function", name, description: "Tells it.", parameters, strict: true });
const tools = [tool("get_weather"), tool("get_time")];
const user = (content) => ({ role: "user", content });
const callsOf = (response) => response.output.filter((item) => item.type === "function_call");
const result = (call, output) => ({ type: "function_call_output", call_id: call.call_id, output });

async function streamed(asked) {
  const stream = openai.responses.stream(asked);
  let next = 0, text = "";
  for await (const event of stream) {
    assert.equal(event.sequence_number, next++);
    if (event.type === "response.output_text.delta") text += event.delta;
  }
  const final = await stream.finalResponse();
  assert.equal(final.status, "completed");
  assert.equal(final.output_text, text);
  return final;
}

const cases = {
  async answer(provider) {
    const answer = await openai.responses.create(ask(provider, "hello", { instructions: "Be brief." }));
    assert.match(answer.output_text, /^Simulated answer to: hello/);
    assert.deepEqual([answer.status, answer.usage.input_tokens], ["completed", 4]);
  },
  async stream(provider) {
    const whole = await openai.responses.create(ask(provider, "Stream me"));
    const final = await streamed(ask(provider, "Stream me"));
    assert.equal(final.output_text, whole.output_text);
    assert.equal(final.usage.output_tokens, whole.usage.output_tokens);
  },
  async parallel_tools(provider) {
    const input = [user("weather and time, please")];
    const first = await streamed(ask(provider, input, { tools }));
    const calls = callsOf(first);
    assert.deepEqual(calls.map((call) => [call.name, Object.keys(JSON.parse(call.arguments))]), [["get_weather", ["city"]], ["get_time", ["city"]]]);
    assert.equal(new Set(calls.map((call) => call.call_id)).size, 2);
    input.push(...first.output, ...calls.map((call) => result(call, "21 degrees")));
    assert.match((await openai.responses.create(ask(provider, input, { tools }))).output_text, /21 degrees/);
  },
  async several_turns_of_tools(provider) {
    const input = [];
    for (const [asked, name, said] of [["How is the weather?", "get_weather", "21 degrees"], ["And the time?", "get_time", "noon"], ["The weather again?", "get_weather", "22 degrees"]]) {
      input.push(user(asked));
      const calling = await openai.responses.create(ask(provider, input, { tools }));
      assert.deepEqual(callsOf(calling).map((call) => call.name), [name]);
      input.push(...calling.output, result(callsOf(calling)[0], said));
      const answer = await streamed(ask(provider, input, { tools }));
      assert.match(answer.output_text, new RegExp(said));
      input.push(...answer.output);
    }
  },
  async forced_tool(provider) {
    const answer = await openai.responses.create(ask(provider, "hello", { tools, tool_choice: { type: "function", name: "get_time" } }));
    assert.deepEqual(callsOf(answer).map((call) => call.name), ["get_time"]);
  },
  async structured_output(provider) {
    const schema = { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name", "age"], additionalProperties: false };
    const answer = await openai.responses.parse(ask(provider, "Who?", { text: { format: { type: "json_schema", name: "person", strict: true, schema } } }));
    assert.deepEqual(Object.keys(JSON.parse(answer.output_text)), ["name", "age"]);
  },
  async vision(provider) {
    const answer = await openai.responses.create(ask(provider, [user([{ type: "input_text", text: "What" }, { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=", detail: "auto" }])]));
    assert.equal(answer.usage.input_tokens, 86);
  },
  async limits(provider) {
    const answer = await openai.responses.create(ask(provider, "Go on", { max_output_tokens: 16 }));
    assert.deepEqual([answer.status, answer.incomplete_details.reason, answer.usage.output_tokens], ["incomplete", "max_output_tokens", 16]);
  },
  async error_400(provider) { await fails(OpenAI.BadRequestError, 400, openai.responses.create(ask(provider, "x", {}, "context_length_exceeded"))); },
  async error_401(provider) { await fails(OpenAI.AuthenticationError, 401, clientOf("sk-nobodys").responses.create(ask(provider, "x")), /Incorrect API key/); },
  async error_502(provider) { await fails(OpenAI.InternalServerError, 502, openai.responses.create(ask(provider, "x", {}, "status=500"))); },
  async cut_stream_is_a_failure(provider) {
    for (const fault of ["cut", "end", "error-event", "malformed"]) {
      let text = "";
      const reading = (async () => {
        for await (const event of await openai.responses.create(ask(provider, "Stream me", { stream: true }, `${fault}=7,pace=20`))) {
          assert.notEqual(event.type, "response.completed");
          if (event.type === "response.output_text.delta") text += event.delta;
        }
      })();
      await reading.then(() => assert.fail(`${fault}: it ended as if complete`), () => {});
      assert.ok(text.length > 0, fault);
    }
  },
};

await run({
  ...each(Object.keys(models), cases),
  ...each(["anthropic", "google"].filter((provider) => provider in models), {
    async thoughts_go_back(provider) {
      const more = { tools, reasoning: { effort: "low", summary: "auto" }, include: ["reasoning.encrypted_content"] };
      const input = [user("Think about the weather")];
      const first = await streamed(ask(provider, input, more));
      const [thoughts] = first.output.filter((item) => item.type === "reasoning");
      assert.match(thoughts.summary.map((part) => part.text).join(""), /^Simulated thoughts/);
      input.push(...first.output, result(callsOf(first)[0], "21 degrees"));
      assert.match((await openai.responses.create(ask(provider, input, more))).output_text, /21 degrees/);
    },
  }),
});
