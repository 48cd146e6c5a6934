using System.Text;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Dialects;

/// <summary>Answers ElevenLabs' <c>text-to-speech</c> and Deepgram's <c>speak</c> with silence.</summary>
internal static class SpeechForms
{
    private const int MaxTokens = 50;

    public static Answer OfElevenLabs(SimulatedRequest request)
    {
        // Real ids are random letters; one that speaks of nobody is refused, as an unknown one is.
        if (request.Route.Id is "nobody")
            return Refuse(404, """{"detail":{"status":"voice_not_found","message":"A voice with the voice_id nobody was not found."}}""");
        if (request.Json.Text("text"u8) is not { Length: > 0 } text)
            return Refuse(422, """{"detail":[{"type":"missing","loc":["body","text"],"msg":"Field required"}]}""");
        var format = request.Context.Request.Query["output_format"].ToString();
        return Sound(text, format.StartsWith("pcm_", StringComparison.Ordinal) ? ("audio/pcm", false) : ("audio/mpeg", true));
    }

    public static Answer OfDeepgram(SimulatedRequest request)
    {
        if (request.Json.Text("text"u8) is not { Length: > 0 } text)
            return Refuse(400, """{"err_code":"Bad Request","err_msg":"No text was provided.","request_id":"simulated"}""");
        var query = request.Context.Request.Query;
        if (query["container"] == "wav")
            return new Answer { ContentType = "audio/wav", SharedBody = SpeechAnswer.Wav(Math.Min(Tokens.Of(text), MaxTokens)) };
        return Sound(text, query["encoding"] == "linear16" ? ("audio/l16", false) : ("audio/mpeg", true));
    }

    private static Answer Sound(string text, (string Type, bool IsMp3) format)
    {
        var length = Math.Min(Tokens.Of(text), MaxTokens);
        return new Answer { ContentType = format.Type, SharedBody = format.IsMp3 ? SpeechAnswer.Mp3(length) : new byte[length * 4800] };
    }

    private static Answer Refuse(int status, string body) => new() { Status = status, SharedBody = Encoding.UTF8.GetBytes(body) };
}
