using System.Text.Json.Nodes;

namespace AiGateway.Simulator.Realtime;

/// <summary>Names of events and shapes of objects, in the general form of the API or in the beta's.</summary>
internal sealed class RealtimeWords(bool isBeta)
{
    public string TextDelta => isBeta ? "response.text.delta" : "response.output_text.delta";

    public string TextDone => isBeta ? "response.text.done" : "response.output_text.done";

    public string AudioDelta => isBeta ? "response.audio.delta" : "response.output_audio.delta";

    public string AudioDone => isBeta ? "response.audio.done" : "response.output_audio.done";

    public string TranscriptDelta => isBeta ? "response.audio_transcript.delta" : "response.output_audio_transcript.delta";

    public string TranscriptDone => isBeta ? "response.audio_transcript.done" : "response.output_audio_transcript.done";

    /// <summary>Announces an item: the beta has one event for it, the general form one at its begin and one at its end.</summary>
    public string[] ItemAdded => isBeta ? ["conversation.item.created"] : ["conversation.item.added", "conversation.item.done"];

    /// <summary>The kinds of content parts of an answer.</summary>
    public string PartType(bool speaks) => (isBeta, speaks) switch
    {
        (true, true) => "audio",
        (true, false) => "text",
        (false, true) => "output_audio",
        _ => "output_text",
    };

    /// <summary>Whether a session or response object asks for sound; null where it does not say.</summary>
    public bool? Speaks(JsonObject of) => (of[isBeta ? "modalities" : "output_modalities"] as JsonArray) is { } kinds
        ? kinds.Any(static kind => kind?.ToString() == "audio") : null;

    /// <summary>The model that transcribes, as a session object names it; null where it names none.</summary>
    public string? TranscriptionModel(JsonObject session) =>
        (isBeta ? session["input_audio_transcription"]?["model"] : session["audio"]?["input"]?["transcription"]?["model"])?.ToString();

    /// <summary>A session at its begin.</summary>
    public JsonObject Session(string id, string model, bool transcribes)
    {
        var session = new JsonObject { ["id"] = id, ["object"] = transcribes ? "realtime.transcription_session" : "realtime.session" };
        if (!transcribes)
            session["model"] = model;
        if (isBeta)
        {
            session["modalities"] = new JsonArray("audio", "text");
            session["input_audio_format"] = "pcm16";
            session["output_audio_format"] = "pcm16";
            session["input_audio_transcription"] = null;
        }
        else
        {
            session["type"] = transcribes ? "transcription" : "realtime";
            session["output_modalities"] = new JsonArray("audio");
            session["audio"] = new JsonObject
            {
                ["input"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "audio/pcm", ["rate"] = 24000 }, ["transcription"] = null },
                ["output"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "audio/pcm", ["rate"] = 24000 }, ["voice"] = "simulated" },
            };
        }
        session["instructions"] = "";
        session["tools"] = new JsonArray();
        return session;
    }
}
