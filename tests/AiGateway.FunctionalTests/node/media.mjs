// OpenAI's official Node client against other providers' pictures, speech, transcripts and moderation.
// Usage: node media.mjs BASE_URL     (models: see MediaFixture.cs)
import assert from "node:assert/strict";
import OpenAI, { APIError, toFile } from "openai";
import { fails, run } from "./cases.mjs";

const openai = new OpenAI({ apiKey: "unused", baseURL: `${process.argv[2].replace(/\/$/, "")}/v1`, maxRetries: 0 });
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64");

function wav(seconds = 1) {
  const size = seconds * 16000;
  const file = Buffer.alloc(44 + size);
  file.write("RIFF", 0); file.writeUInt32LE(36 + size, 4); file.write("WAVEfmt ", 8); file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); file.writeUInt16LE(1, 22); file.writeUInt32LE(8000, 24); file.writeUInt32LE(16000, 28);
  file.writeUInt16LE(2, 32); file.writeUInt16LE(16, 34); file.write("data", 36); file.writeUInt32LE(size, 40);
  return file;
}

const isPng = (base64) => Buffer.from(base64, "base64").subarray(1, 4).toString() === "PNG";

await run({
  async images() {
    for (const model of ["sim/google/gemini-3-pro-image", "sim/vertex/imagen-4.0-generate-001", "sim/bedrock/amazon.nova-canvas-v1:0", "sim/bedrock/stability.sd3-5-large-v1:0"]) {
      const { data, response } = await openai.images.generate({ model, prompt: "a cat", n: 2, size: "1024x1024", response_format: "url" }).withResponse();
      assert.equal(data.data.length, 2);
      assert.ok(data.data.every((image) => isPng(image.b64_json) && image.url === undefined));
      assert.equal(response.headers.get("x-gateway-dropped"), "~response_format");
    }
  },
  async image_edit() {
    for (const model of ["sim/google/gemini-3-pro-image", "sim/bedrock/amazon.nova-canvas-v1:0"]) {
      const answer = await openai.images.edit({ model, prompt: "a hat", image: [await toFile(png, "a.png"), await toFile(png, "b.png")] });
      assert.ok(isPng(answer.data[0].b64_json));
    }
  },
  async speech() {
    for (const model of ["sim/google/gemini-2.5-flash-preview-tts", "sim/elevenlabs/eleven_v3", "sim/deepgram/aura-2-thalia-en"]) {
      const answer = await openai.audio.speech.create({ model, input: "hello", voice: "alloy", response_format: "wav" });
      assert.equal(answer.headers.get("content-type"), "audio/wav");
      assert.equal(Buffer.from(await answer.arrayBuffer()).subarray(0, 4).toString(), "RIFF");
    }
  },
  async transcription() {
    for (const model of ["sim/elevenlabs/scribe_v2", "sim/deepgram/nova-3", "sim/google/gemini-2.5-flash"]) {
      const answer = await openai.audio.transcriptions.create({ model, file: await toFile(wav(), "a.wav") });
      assert.match(answer.text, /^Simulated/);
    }
  },
  async transcription_beyond_memory() {
    const answer = await openai.audio.transcriptions.create({ model: "sim/deepgram/nova-3", file: await toFile(wav(300), "a.wav") });
    assert.equal(answer.text, "Simulated transcription of 4800044 bytes.");
    assert.equal(answer.usage.seconds, 300);
  },
  async subtitles() {
    for (const model of ["sim/elevenlabs/scribe_v2", "sim/deepgram/nova-3"]) {
      const srt = await openai.audio.transcriptions.create({ model, file: await toFile(wav(), "a.wav"), response_format: "srt" });
      assert.match(srt, /^1\n00:00:00,000 --> 00:00:02,400\nSimulated transcription of 16044 bytes\.\n/);
      const verbose = await openai.audio.transcriptions.create({ model, file: await toFile(wav(), "a.wav"), response_format: "verbose_json", timestamp_granularities: ["word"] });
      assert.equal(verbose.words.length, 5);
      assert.equal(verbose.segments, undefined);
    }
    await fails(APIError, 400, openai.audio.transcriptions.create({ model: "sim/google/gemini-2.5-flash", file: await toFile(wav(), "a.wav"), response_format: "srt" }), /does not tell when/);
  },
  async moderation() {
    for (const model of ["sim/mistral/mistral-moderation-2603", "sim/safety/text"]) {
      const answer = await openai.moderations.create({ model, input: ["peace", "violence"] });
      assert.deepEqual(answer.results.map((result) => result.flagged), [false, true]);
      assert.equal(answer.results[1].categories.violence, true);
    }
  },
  async errors() {
    await fails(APIError, 400, openai.images.generate({ model: "sim/google/imagen-4.0-generate-001", prompt: "" }), /prompt/);
    await fails(APIError, 400, openai.images.generate({ model: "sim/google/imagen-4.0-generate-001", prompt: "a", n: 11 }), /from 1 to 10/);
    await fails(APIError, 400, openai.audio.transcriptions.create({ model: "sim/deepgram/nova-3", file: await toFile(Buffer.from("no sound"), "a.txt") }), /no sound/);
    await fails(APIError, 400, openai.audio.speech.create({ model: "sim/google/gemini-tts", input: "a", voice: "nobody" }), /is not supported/);
    await fails(APIError, 0, openai.images.generate({ model: "sim/google/gemini-3-pro-image!status=503", prompt: "a" }));
  },
});
