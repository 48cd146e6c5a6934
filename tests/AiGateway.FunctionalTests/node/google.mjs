// Google's official Node client against the gateway, whatever provider is behind it.
// Usage: node google.mjs BASE_URL KEY MODELS     (MODELS: {"provider":"name for callers"})
import assert from "node:assert/strict";
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";
import { each, fails, run } from "./cases.mjs";

const [base, apiKey, models] = [process.argv[2].replace(/\/$/, ""), process.argv[3], JSON.parse(process.argv[4])];
const clientOf = (apiKey) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: base } });
const ai = clientOf(apiKey);
const ask = (provider, contents, config = {}, fault = "") => ({ model: models[provider] + (fault && `!${fault}`), contents, config });
const functions = (...names) => [{
  functionDeclarations: names.map((name) => ({ name, description: "Tells it.", parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] } })),
}];

const cases = {
  async chat(provider) {
    const answer = await ai.models.generateContent(ask(provider, "hello", { systemInstruction: "Be brief.", temperature: 0.5 }));
    assert.match(answer.text, /^Simulated answer to: hello/);
    assert.equal(answer.candidates[0].finishReason, "STOP");
    assert.equal(answer.usageMetadata.promptTokenCount, 4);
    const chat = ai.chats.create({ model: models[provider] });
    await chat.sendMessage({ message: "one" });
    assert.match((await chat.sendMessage({ message: "two" })).text, /^Simulated answer to: two/);
  },
  async stream(provider) {
    const whole = await ai.models.generateContent(ask(provider, "Stream me"));
    let text = "", chunks = 0, usage = null, finish = null;
    for await (const chunk of await ai.models.generateContentStream(ask(provider, "Stream me"))) {
      text += chunk.text ?? "";
      chunks++;
      usage = chunk.usageMetadata ?? usage;
      finish = chunk.candidates?.[0]?.finishReason ?? finish;
    }
    assert.equal(text, whole.text);
    assert.ok(chunks > 10, chunks);
    assert.equal(finish, "STOP");
    assert.equal(usage.totalTokenCount, whole.usageMetadata.totalTokenCount);
  },
  async tool_loop(provider) {
    const config = { tools: functions("get_weather", "get_time") };
    const contents = [{ role: "user", parts: [{ text: "weather and time, please" }] }];
    const first = await ai.models.generateContent(ask(provider, contents, config));
    const calls = first.functionCalls;
    assert.deepEqual(calls.map((call) => call.name), ["get_weather", "get_time"]);
    for (const call of calls) assert.deepEqual(Object.keys(call.args), ["city"]);
    contents.push(first.candidates[0].content, {
      role: "user",
      parts: calls.map(({ id, name }) => ({ functionResponse: { id, name, response: { output: "21 degrees" } } })),
    });
    assert.match((await ai.models.generateContent(ask(provider, contents, config))).text, /21 degrees/);
  },
  async several_turns_of_tools(provider) {
    const config = { tools: functions("get_weather", "get_time") };
    const contents = [];
    for (const [asked, name, result] of [["How is the weather?", "get_weather", "21 degrees"], ["And the time?", "get_time", "noon"], ["The weather again?", "get_weather", "22 degrees"]]) {
      contents.push({ role: "user", parts: [{ text: asked }] });
      const calling = await ai.models.generateContent(ask(provider, contents, config));
      assert.deepEqual(calling.functionCalls.map((call) => call.name), [name]);
      const [{ id }] = calling.functionCalls;
      contents.push(calling.candidates[0].content, { role: "user", parts: [{ functionResponse: { id, name, response: { output: result } } }] });
      let text = "";
      for await (const chunk of await ai.models.generateContentStream(ask(provider, contents, config))) text += chunk.text ?? "";
      assert.match(text, new RegExp(result));
      contents.push({ role: "model", parts: [{ text }] });
    }
  },
  async count_tokens(provider) {
    const count = await ai.models.countTokens({ model: models[provider], contents: "What is YARP?" });
    assert.ok(count.totalTokens >= 3 && count.totalTokens <= 20, count.totalTokens);
  },
  async streamed_tool_call(provider) {
    const calls = [];
    const config = { tools: functions("get_weather", "send_mail"), toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ["send_mail"] } } };
    for await (const chunk of await ai.models.generateContentStream(ask(provider, "hello", config))) calls.push(...(chunk.functionCalls ?? []));
    assert.deepEqual(calls.map((call) => [call.name, Object.keys(call.args)]), [["send_mail", ["city"]]]);
  },
  async structured_output(provider) {
    const responseSchema = { type: Type.OBJECT, properties: { name: { type: Type.STRING }, age: { type: Type.INTEGER } }, required: ["name", "age"], propertyOrdering: ["name", "age"] };
    const answer = await ai.models.generateContent(ask(provider, "Who?", { responseMimeType: "application/json", responseSchema }));
    assert.deepEqual(Object.keys(JSON.parse(answer.text)), ["name", "age"]);
  },
  async vision(provider) {
    const answer = await ai.models.generateContent(ask(provider, [{ role: "user", parts: [{ text: "What" }, { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }] }]));
    assert.equal(answer.usageMetadata.promptTokenCount, 86);
  },
  async thinking_goes_back(provider) {
    const config = { tools: functions("get_weather"), thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } };
    const contents = [{ role: "user", parts: [{ text: "Think about the weather" }] }];
    const first = await ai.models.generateContent(ask(provider, contents, config));
    const [call] = first.functionCalls;
    contents.push(first.candidates[0].content, { role: "user", parts: [{ functionResponse: { id: call.id, name: call.name, response: { output: "21 degrees" } } }] });
    assert.match((await ai.models.generateContent(ask(provider, contents, config))).text, /21 degrees/);
  },
  async limits(provider) {
    const answer = await ai.models.generateContent(ask(provider, "Go on", { maxOutputTokens: 5 }));
    assert.equal(answer.candidates[0].finishReason, "MAX_TOKENS");
    assert.equal(answer.usageMetadata.candidatesTokenCount, 5);
  },
  async error_400(provider) { await fails(ApiError, 400, ai.models.generateContent(ask(provider, "x", {}, "context_length_exceeded")), /INVALID_ARGUMENT/); },
  async error_401(provider) { await fails(ApiError, 401, clientOf("sk-nobodys").models.generateContent(ask(provider, "x")), /UNAUTHENTICATED/); },
  async error_404(provider) { await fails(ApiError, 404, ai.models.generateContent({ model: "no-such-model", contents: "x" }), /NOT_FOUND/); },
  async error_502(provider) { await fails(ApiError, 502, ai.models.generateContent(ask(provider, "x", {}, "status=500"))); },
  async cut_stream_is_a_failure(provider) {
    for (const fault of ["cut", "end", "error-event", "malformed"]) {
      let text = "";
      const reading = (async () => {
        for await (const chunk of await ai.models.generateContentStream(ask(provider, "Stream me", {}, `${fault}=7,pace=20`))) text += chunk.text ?? "";
      })();
      await reading.then(() => assert.fail(`${fault}: it ended as if complete`), () => {});
      assert.ok(text.length > 0, fault);
    }
  },
};

await run({
  ...each(Object.keys(models), cases),
  ...each(["google", "openai", "cohere"], {
    async embed(provider) {
      const asked = { model: models[provider], contents: ["one", "two"], config: { outputDimensionality: 256, taskType: "RETRIEVAL_QUERY" } };
      const { embeddings } = await ai.models.embedContent(asked);
      assert.deepEqual(embeddings.map((embedding) => embedding.values.length), [256, 256]);
      const [alone] = (await ai.models.embedContent({ ...asked, contents: "two" })).embeddings;
      assert.deepEqual(alone.values, embeddings[1].values);
    },
  }),
  async embed_where_there_are_none() { await fails(ApiError, 400, ai.models.embedContent({ model: models.anthropic, contents: "one" }), /INVALID_ARGUMENT/); },
  async models() {
    const names = [];
    for await (const model of await ai.models.list()) names.push(model.name);
    assert.ok(names.includes("models/google/*"), names.join());
  },
});
