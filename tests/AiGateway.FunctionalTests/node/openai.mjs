// The official Node client against the gateway. Prints one JSON line per case: {"case", "ok", "error"}.
// Usage: node openai.mjs BASE_URL     (keys and limits: see NodeClientTests.cs)
import assert from "node:assert/strict";
import OpenAI, { AzureOpenAI, toFile } from "openai";

const base = process.argv[2].replace(/\/$/, "");
const keys = { alice: "sk-gateway-alice", bob: "sk-gateway-bob", carol: "sk-gateway-carol" };
const clientOf = (apiKey, maxRetries = 0) => new OpenAI({ apiKey, baseURL: `${base}/v1`, maxRetries });
const openai = clientOf(keys.alice);
const hello = [{ role: "user", content: "hello" }];
const ask = (model, client = openai) => client.chat.completions.create({ model, messages: hello });

const tools = [{
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
  },
}];

async function read(stream) {
  let text = "", finish = null, usage = null;
  for await (const chunk of stream) {
    // As much code in the field does: no look at whether there is a choice at all.
    text += chunk.choices[0].delta.content ?? "";
    finish ??= chunk.choices[0].finish_reason;
    usage ??= chunk.usage;
  }
  return { text, finish, usage };
}

async function fails(type, status, promise, ...words) {
  const error = await promise.then(() => assert.fail("no error"), (error) => error);
  assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
  if (status) assert.equal(error.status, status);
  for (const word of words) assert.match(error.message, word);
  return error;
}

const cases = {
  async chat() {
    const { data, response } = await openai.chat.completions.create({ model: "chat", messages: hello }).withResponse();
    assert.match(data.choices[0].message.content, /^Simulated answer to: hello/);
    assert.equal(data.model, "chat-model");
    assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
    assert.equal(data._request_id, response.headers.get("x-request-id"));
    assert.equal(response.headers.get("x-gateway-route"), "chat");
    assert.equal(response.headers.get("x-gateway-deployment"), "chat-a");
    assert.ok(Number(response.headers.get("x-gateway-cost")) > 0);
  },
  async stream() {
    const whole = await ask("chat");
    const { text, finish, usage } = await read(await openai.chat.completions.create({ model: "chat", messages: hello, stream: true }));
    assert.equal(text, whole.choices[0].message.content);
    assert.equal(finish, "stop");
    assert.equal(usage ?? null, null, "usage that was not asked for");
  },
  async stream_with_usage() {
    const chunks = [];
    const stream = await openai.chat.completions.create({ model: "chat", messages: hello, stream: true, stream_options: { include_usage: true } });
    for await (const chunk of stream) chunks.push(chunk);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.ok(chunks.at(-1).usage.total_tokens > 0);
  },
  async stream_aborted_by_the_caller() {
    const stream = await openai.chat.completions.create({ model: "a/gpt-x!pace=50", messages: hello, stream: true });
    for await (const chunk of stream) if (chunk.choices[0].delta.content) break;
  },
  async tool_loop() {
    const messages = [{ role: "user", content: "How is the weather?" }];
    const first = await openai.chat.completions.create({ model: "chat", messages, tools });
    const call = first.choices[0].message.tool_calls[0];
    assert.equal(first.choices[0].finish_reason, "tool_calls");
    assert.deepEqual(Object.keys(JSON.parse(call.function.arguments)), ["city"]);
    messages.push(first.choices[0].message, { role: "tool", tool_call_id: call.id, content: "21 degrees" });
    const second = await openai.chat.completions.create({ model: "chat", messages, tools });
    assert.match(second.choices[0].message.content, /21 degrees/);
  },
  async tool_runner() {
    const runner = openai.chat.completions.runTools({
      model: "chat",
      stream: true,
      messages: [{ role: "user", content: "How is the weather?" }],
      tools: [{ type: "function", function: { ...tools[0].function, parse: JSON.parse, function: () => "22 degrees" } }],
    });
    assert.match(await runner.finalContent(), /22 degrees/);
  },
  async structured_output() {
    const schema = { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name", "age"], additionalProperties: false };
    const answer = await openai.chat.completions.parse({
      model: "chat", messages: hello, response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema } },
    });
    assert.deepEqual(Object.keys(JSON.parse(answer.choices[0].message.content)), ["name", "age"]);
  },
  async completions() {
    const answer = await openai.completions.create({ model: "a/gpt-3.5-turbo-instruct", prompt: "Once upon" });
    assert.ok(answer.choices[0].text.length > 0);
  },
  async embeddings() {
    // The client asks for base64 by itself and decodes it.
    const answer = await openai.embeddings.create({ model: "a/embedding", input: ["one", "two"], dimensions: 16 });
    assert.deepEqual(answer.data.map((item) => item.embedding.length), [16, 16]);
  },
  async image() {
    const answer = await openai.images.generate({ model: "a/gpt-image-1", prompt: "a cat" });
    assert.equal(Buffer.from(answer.data[0].b64_json, "base64").subarray(1, 4).toString(), "PNG");
  },
  async image_edit() {
    const answer = await openai.images.edit({ model: "a/gpt-image-1", prompt: "a hat", image: await toFile(Buffer.from([1, 2, 3]), "in.png", { type: "image/png" }) });
    assert.equal(answer.data.length, 1);
  },
  async transcription() {
    const small = await openai.audio.transcriptions.create({ model: "a/gpt-4o-transcribe", file: await toFile(Buffer.alloc(100), "small.wav") });
    assert.equal(small.text, "Simulated transcription of small.wav, 100 bytes.");
  },
  async transcription_beyond_memory() {
    const large = await openai.audio.transcriptions.create({ file: await toFile(Buffer.alloc(2_500_000), "large.wav"), model: "a/gpt-4o-transcribe" });
    assert.equal(large.text, "Simulated transcription of large.wav, 2500000 bytes.");
  },
  async transcription_streamed() {
    let text = "", done = null;
    for await (const event of await openai.audio.transcriptions.create({ model: "a/gpt-4o-transcribe", file: await toFile(Buffer.alloc(100), "s.wav"), stream: true })) {
      if (event.type === "transcript.text.delta") text += event.delta;
      if (event.type === "transcript.text.done") done = event.text;
    }
    assert.equal(text, done);
  },
  async speech() {
    const answer = await openai.audio.speech.create({ model: "a/tts-1", voice: "alloy", input: "hello", response_format: "wav" });
    assert.equal(Buffer.from(await answer.arrayBuffer()).subarray(0, 4).toString(), "RIFF");
  },
  async moderation() {
    const answer = await openai.moderations.create({ model: "a/omni-moderation", input: ["peace", "violence"] });
    assert.deepEqual(answer.results.map((result) => result.flagged), [false, true]);
  },
  async responses() {
    const first = await openai.responses.create({ model: "any/gpt-x", input: "Remember me" });
    const read = await openai.responses.retrieve(first.id);
    const second = await openai.responses.create({ model: "any/gpt-x", input: "And now?", previous_response_id: first.id });
    assert.match(first.output_text, /^Simulated answer to: Remember me/);
    assert.equal(read.id, first.id);
    assert.equal(second.previous_response_id, first.id);
    await fails(OpenAI.NotFoundError, 404, clientOf(keys.bob).responses.retrieve(first.id), /not found/);
    await openai.responses.delete(first.id);
    await fails(OpenAI.NotFoundError, 404, openai.responses.retrieve(first.id));
  },
  async responses_streamed() {
    const stream = openai.responses.stream({ model: "any/gpt-x", input: "Stream me" });
    let text = "", next = 0;
    for await (const event of stream) {
      assert.equal(event.sequence_number, next++);
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    const final = await stream.finalResponse();
    assert.equal(final.output_text, text);
    assert.equal((await openai.responses.retrieve(final.id)).output_text, text);
  },
  async models() {
    const ids = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    assert.ok(ids.includes("chat") && ids.includes("a/*"), ids.join());
    assert.equal((await openai.models.retrieve("chat")).pricing.input, "1");
    assert.deepEqual((await clientOf(keys.carol).models.list()).data.map((model) => model.id), ["chat"]);
  },
  async error_401() { await fails(OpenAI.AuthenticationError, 401, ask("chat", clientOf("sk-nobodys")), /Incorrect API key/); },
  async error_403() { await fails(OpenAI.PermissionDeniedError, 403, ask("a/gpt-x", clientOf(keys.carol)), /may not use the model/); },
  async error_404() {
    const error = await fails(OpenAI.NotFoundError, 404, ask("chta"), /Did you mean 'chat'/);
    assert.deepEqual([error.code, error.param, error.type], ["model_not_found", "model", "invalid_request_error"]);
    assert.match(error.requestID, /\w/);
  },
  async error_400() {
    await fails(OpenAI.BadRequestError, 400, openai.chat.completions.create({ model: "a/gpt-x", messages: hello, temperature: 3 }), /temperature/);
  },
  async error_413() {
    for (const length of [250_000, 30_000_000]) {
      const content = "x".repeat(length);
      const error = await fails(OpenAI.APIError, 413, openai.chat.completions.create({ model: "chat", messages: [{ role: "user", content }] }));
      assert.equal(error.code, "request_too_large");
    }
  },
  async error_429() {
    const error = await fails(OpenAI.RateLimitError, 429, ask("limited/gpt-x!retry-after=30"), /rate limited/);
    assert.ok(Number(error.headers.get("retry-after")) <= 30);
    assert.ok(Number(error.headers.get("retry-after-ms")) <= 30_000);
  },
  async error_502() { await fails(OpenAI.InternalServerError, 502, ask("a/gpt-x!status=500"), /sim-a/); },
  async error_503() {
    await fails(OpenAI.InternalServerError, 502, ask("locked/gpt-x!status=401"));
    await fails(OpenAI.InternalServerError, 503, ask("locked/gpt-x!status=401"), /healthy/);
  },
  async retry_after_429() {
    const began = Date.now();
    await ask("once/gpt-x!retry-after=1,first=1", clientOf(keys.alice, 2));
    assert.ok(Date.now() - began > 950);
  },
  async retry_after_503() {
    const began = Date.now();
    await ask("once/gpt-x!status=503,first=1", clientOf(keys.alice, 2));
    assert.ok(Date.now() - began > 950);
  },
  async cut_stream_tells_its_error() {
    for (const fault of ["cut", "end", "error-event"]) {
      let text = "";
      const stream = await openai.chat.completions.create({ model: `a/gpt-x!${fault}=6,pace=20`, messages: hello, stream: true });
      const reading = (async () => { for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ""; })();
      await fails(OpenAI.APIError, null, reading, fault === "error-event" ? /Simulated fault/ : /broke off/);
      assert.ok(text.length > 0);
    }
  },
  async cut_responses_stream_tells_its_error() {
    const reading = (async () => {
      let error = null;
      for await (const event of await openai.responses.create({ model: "a/gpt-x!cut=6,pace=20", input: "hello", stream: true })) {
        if (event.type === "error") error = event;
      }
      return error;
    })();
    // The client hands an error event on as an event; the reset that follows it ends the iteration.
    await reading.then((event) => assert.fail(`ended as if complete: ${JSON.stringify(event)}`), (error) => assert.match(String(error.message), /broke off|terminated/));
  },
  async early_death_fails_over_unseen() {
    const { text, finish } = await read(await openai.chat.completions.create({ model: "stumbling", messages: hello, stream: true }));
    assert.match(text, /^Simulated answer/);
    assert.equal(finish, "stop");
  },
  async azure() {
    const azure = new AzureOpenAI({ endpoint: base, apiKey: keys.alice, apiVersion: "2024-10-21", deployment: "chat", maxRetries: 0 });
    const answer = await azure.chat.completions.create({ model: "ignored-by-azure", messages: hello });
    assert.equal(answer.model, "chat-model");
    const { text } = await read(await azure.chat.completions.create({ model: "ignored-by-azure", messages: hello, stream: true }));
    assert.equal(text, answer.choices[0].message.content);
    const other = new AzureOpenAI({ endpoint: base, apiKey: keys.alice, apiVersion: "2024-10-21", maxRetries: 0 });
    assert.equal((await other.embeddings.create({ model: "a/embedding", input: "one", encoding_format: "float", dimensions: 8 })).data[0].embedding.length, 8);
    const stranger = new AzureOpenAI({ endpoint: base, apiKey: "sk-nobodys", apiVersion: "2024-10-21", deployment: "chat", maxRetries: 0 });
    await fails(OpenAI.AuthenticationError, 401, stranger.chat.completions.create({ model: "x", messages: hello }), /Incorrect API key/);
  },
};

for (const [name, run] of Object.entries(cases)) {
  let error = null;
  try {
    await run();
  } catch (thrown) {
    error = thrown?.stack ?? String(thrown);
  }
  console.log(JSON.stringify({ case: name, ok: error === null, error }));
}
