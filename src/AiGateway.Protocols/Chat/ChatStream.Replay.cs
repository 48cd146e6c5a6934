namespace AiGateway.Protocols.Chat;

/// <content>Whole answers as streams.</content>
public sealed partial class ChatStream
{
    /// <summary>Plays a whole answer as steps, in one go per part: what a provider that does not stream is to a client that does.</summary>
    public static void Replay(ChatResponse response, List<ChatEvent> output)
    {
        output.Add(new ChatEvent(ChatEventKind.Start) { Id = response.Id, Name = response.Model, Created = response.Created, ServiceTier = response.ServiceTier, Source = response.Source, Extensions = response.Extensions });
        foreach (var candidate in response.Candidates)
        {
            var firstText = candidate.Parts.FindIndex(static part => part is TextPart);
            for (var i = 0; i < candidate.Parts.Count; i++)
                ReplayPart(candidate, i, i == firstText ? candidate.Logprobs : null, output);
        }
        foreach (var candidate in response.Candidates)
            output.Add(new ChatEvent(ChatEventKind.Finish) { Candidate = candidate.Index, Finish = candidate.Finish, Text = candidate.NativeFinish, Signature = candidate.StopSequence });
        if (response.Usage is { } usage)
            output.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage });
        output.Add(new ChatEvent(ChatEventKind.End));
    }

    private static void ReplayPart(ChatCandidate candidate, int number, IReadOnlyList<TokenLogprob>? logprobs, List<ChatEvent> output)
    {
        var part = candidate.Parts[number];
        var kind = KindOf(part);
        var start = new ChatEvent(ChatEventKind.PartStart) { Candidate = candidate.Index, Part = number, PartKind = kind, Data = part };
        var delta = new ChatEvent(ChatEventKind.PartDelta) { Candidate = candidate.Index, Part = number, PartKind = kind };
        switch (part)
        {
            case TextPart text:
                output.Add(start with { Data = text.Item is null ? null : new TextPart("") { Item = text.Item } });
                output.Add(delta with { Text = text.Text, Signature = text.Signature, Logprobs = logprobs });
                foreach (var citation in text.Citations ?? [])
                    output.Add(delta with { Citation = citation });
                break;
            case ThinkingPart thinking:
                output.Add(start with { Data = thinking.Encrypted is null && thinking.Id is null ? null : new ThinkingPart { Encrypted = thinking.Encrypted, Id = thinking.Id, Item = thinking.Item } });
                ReplayThoughts(thinking, delta, output);
                if (thinking.Signature is not null)
                    output.Add(delta with { Signature = thinking.Signature });
                break;
            case RefusalPart refusal:
                output.Add(start with { Data = refusal.Item is null ? null : new RefusalPart("") { Item = refusal.Item } });
                output.Add(delta with { Text = refusal.Text, Signature = refusal.Signature });
                break;
            case ToolCallPart call:
                output.Add(start with { Id = call.Id, Name = call.Name, Signature = call.Signature });
                if (call.Arguments.Length > 0)
                    output.Add(delta with { Text = call.Arguments });
                break;
            default:
                output.Add(start);
                break;
        }
        output.Add(new ChatEvent(ChatEventKind.PartEnd) { Candidate = candidate.Index, Part = number, PartKind = kind });
    }

    /// <summary>Summaries that the dialect keeps apart (Responses) stay apart: an empty list in the data tells that the next one begins.</summary>
    private static void ReplayThoughts(ThinkingPart thinking, in ChatEvent delta, List<ChatEvent> output)
    {
        if (thinking.Summaries is not { Count: > 0 } summaries || string.Join("\n\n", summaries) != thinking.Text)
        {
            if (thinking.Text.Length > 0)
                output.Add(delta with { Text = thinking.Text });
            return;
        }
        for (var i = 0; i < summaries.Count; i++)
        {
            if (i > 0)
                output.Add(delta with { Text = "\n\n", Data = new ThinkingPart { Summaries = [] } });
            output.Add(delta with { Text = summaries[i], Data = new ThinkingPart() });
        }
    }

    private static ChatPartKind KindOf(ChatPart part) => part switch
    {
        TextPart => ChatPartKind.Text,
        ThinkingPart => ChatPartKind.Thinking,
        RefusalPart => ChatPartKind.Refusal,
        ToolCallPart => ChatPartKind.ToolCall,
        MediaPart => ChatPartKind.Media,
        _ => ChatPartKind.Opaque,
    };
}
