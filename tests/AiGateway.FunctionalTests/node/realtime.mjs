// The official Node client's realtime sessions against the gateway. Prints one JSON line per case: {"case", "ok", "error"}.
// Usage: node realtime.mjs BASE_URL KEY     (an https address: the client opens wss only; its certificate is not checked)
import assert from "node:assert/strict";
import OpenAI, { AzureOpenAI } from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { WebSocket } from "ws";
import { run } from "./cases.mjs";

const base = process.argv[2].replace(/\/$/, "");
const apiKey = process.argv[3];
const options = { rejectUnauthorized: false };
const client = new OpenAI({ apiKey, baseURL: `${base}/v1` });

// Opens a session and collects its events up to one of a type, or to its end.
function open(session) {
  const events = [];
  const waiting = [];
  let failure = null, closed = null;
  const settle = () => {
    for (const { type, resolve, reject } of waiting.splice(0)) {
      const found = events.find((event) => event.type === type);
      if (found) resolve(found);
      else if (failure || closed) reject(failure ?? new Error(`closed with ${closed.code} ${closed.reason}`));
      else waiting.push({ type, resolve, reject });
    }
  };
  session.on("event", (event) => { events.push(event); settle(); });
  session.on("error", (error) => { failure ??= error; settle(); });
  session.socket.on("close", (code, reason) => { closed = { code, reason: String(reason) }; settle(); });
  return {
    events,
    until: (type) => new Promise((resolve, reject) => { waiting.push({ type, resolve, reject }); settle(); }),
    closed: () => new Promise((resolve) => { if (closed) resolve(closed); else session.socket.on("close", (code, reason) => resolve({ code, reason: String(reason) })); }),
  };
}

const hello = { type: "conversation.item.create", item: { type: "message", role: "user", content: [{ type: "input_text", text: "hello" }] } };

async function converse(session, text, textDelta) {
  const { events, until, closed } = open(session);
  await until("session.created");
  session.send(text);
  session.send(hello);
  session.send({ type: "response.create" });
  const done = await until("response.done");
  session.close();
  assert.equal((await closed()).code, 1000);
  const said = events.filter((event) => event.type === textDelta).map((event) => event.delta).join("");
  assert.match(said, /^Simulated answer to: hello/);
  assert.ok(done.response.usage.total_tokens > 0);
  return events;
}

await run({
  async text() {
    const session = new OpenAIRealtimeWS({ model: "voice", options }, client);
    await converse(session, { type: "session.update", session: { type: "realtime", model: "voice", output_modalities: ["text"] } }, "response.output_text.delta");
  },
  async audio() {
    const session = new OpenAIRealtimeWS({ model: "voice", options }, client);
    const events = await converse(session, { type: "session.update", session: { type: "realtime", instructions: "Speak" } }, "response.output_audio_transcript.delta");
    const bytes = events.filter((event) => event.type === "response.output_audio.delta").reduce((sum, event) => sum + Buffer.from(event.delta, "base64").length, 0);
    assert.ok(bytes > 0 && bytes % 4800 === 0);
  },
  async azure() {
    const azure = new AzureOpenAI({ endpoint: base, apiKey, apiVersion: "2025-04-01-preview", deployment: "voice" });
    const session = await OpenAIRealtimeWS.azure(azure, { deploymentName: "voice", options });
    await converse(session, { type: "session.update", session: { modalities: ["text"] } }, "response.text.delta");
  },
  async browser_subprotocols() {
    const socket = new WebSocket(`${base.replace(/^http/, "ws")}/v1/realtime?model=voice`, ["realtime", `openai-insecure-api-key.${apiKey}`], options);
    const first = await new Promise((resolve, reject) => { socket.on("message", resolve); socket.on("error", reject); });
    assert.equal(JSON.parse(first).type, "session.created");
    assert.equal(socket.protocol, "realtime");
    socket.close();
  },
  async refused_key() {
    const session = new OpenAIRealtimeWS({ model: "voice", options }, new OpenAI({ apiKey: "sk-nobodys", baseURL: `${base}/v1` }));
    await assert.rejects(open(session).until("session.created"), /401/);
  },
  async broken_provider() {
    const session = new OpenAIRealtimeWS({ model: "a/m!cut=2", options }, client);
    const { until, closed } = open(session);
    await until("session.created");
    session.send(hello);
    await assert.rejects(until("response.done"), /broke the connection/);
    assert.equal((await closed()).code, 1011);
  },
});
process.exit(0);
