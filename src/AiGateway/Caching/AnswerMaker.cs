using System.Buffers;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Caching;

/// <summary>Makes what is kept of an answer: only of one that is whole, and of events what they come to together.</summary>
internal static class AnswerMaker
{
    /// <summary>Makes it.</summary>
    /// <param name="call">What is known of the call.</param>
    /// <param name="body">What its caller got.</param>
    /// <param name="result">What came of it.</param>
    /// <returns>Null unless it is to be kept.</returns>
    public static StoredAnswer? Make(FinishedCall call, byte[] body, out KeepResult result)
    {
        result = KeepResult.Incomplete;
        ReadOnlyMemory<byte> kept = body;
        if (call.Asked is { } asked)
        {
            if (call.Usage is null || call.IsUnclosed || TryRead(call, asked, body) is not { } response || !IsComplete(response))
            {
                return null;
            }
            if (!call.Use.Model.KeepsRefused && IsRefused(response))
            {
                result = KeepResult.Refused;
                return null;
            }
            if (call.Use.Form.Stream)
            {
                // Not as the events say it: what the call cost is told there to who paid for it.
                response.Usage = call.Usage with { ReportedCost = null };
                var written = new ArrayBufferWriter<byte>(body.Length);
                ChatCodecs.Of(asked.Source).WriteResponse(response, asked, new Translation { Model = asked.Model }, written);
                kept = written.WrittenMemory;
            }
        }
        else if (call.Usage is null && call.Use.Form.Operation is Operation.Embeddings or Operation.Completions)
        {
            return null;
        }
        result = KeepResult.Kept;
        return new StoredAnswer
        {
            Operation = call.Use.Form.Operation,
            Tenant = call.Use.Tenant,
            MadeAt = call.MadeAt,
            Ttl = call.Use.Ttl,
            PaidBy = call.PaidBy,
            Cost = call.Cost,
            UpstreamModel = call.UpstreamModel,
            ResponseModel = call.ResponseModel,
            FinishReason = call.FinishReason,
            Marks = AnswerMarks.Find(kept.Span),
            Body = kept,
        };
    }

    private static ChatResponse? TryRead(FinishedCall call, ChatRequest asked, byte[] body)
    {
        var codec = ChatCodecs.Of(asked.Source);
        try
        {
            return call.Use.Form.Stream ? ReadEvents(codec, body) : codec.ReadResponse(body);
        }
        catch (Exception e) when (e is ChatFormatException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The whole answer; null unless its closing event is there.</summary>
    private static ChatResponse? ReadEvents(ChatCodec codec, ReadOnlySpan<byte> events)
    {
        var (decoder, stream) = (codec.CreateDecoder(), new ChatStream(codec.Dialect));
        var (steps, ordered) = (new List<ChatEvent>(), new List<ChatEvent>());
        while (!events.IsEmpty)
        {
            var scanned = 0;
            var length = EventFraming.FindEnd(codec.Framing, events, ref scanned);
            if (length <= 0)
            {
                break;
            }
            steps.Clear();
            decoder.Decode(events[..length], steps);
            foreach (var step in steps)
            {
                if (step.Kind == ChatEventKind.Error)
                {
                    return null;
                }
                stream.Push(step, ordered);
            }
            ordered.Clear();
            events = events[length..];
        }
        if (!decoder.IsComplete || !stream.IsFinished)
        {
            return null;
        }
        stream.Complete(ordered);
        return stream.Response;
    }

    private static bool IsComplete(ChatResponse response) => response.Candidates.Count > 0 && response.Candidates.TrueForAll(static candidate => candidate.Finish
        is FinishReason.Stop or FinishReason.StopSequence or FinishReason.Length or FinishReason.ToolCalls or FinishReason.ContentFilter or FinishReason.Refusal);

    private static bool IsRefused(ChatResponse response) => response.Candidates.Exists(static candidate =>
        candidate.Finish is FinishReason.ContentFilter or FinishReason.Refusal || candidate.Parts.Exists(static part => part is RefusalPart));
}
