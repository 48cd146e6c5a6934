using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Checks what <see cref="ChatStreamEncoder"/> says of the order of steps, and that the answer is what the steps concatenate to.</summary>
internal static class ChatOrder
{
    /// <summary>Fails where the order is broken or the answer differs.</summary>
    public static void Check(List<ChatEvent> steps, ChatResponse response, bool isReplay = false)
    {
        Assert.NotEmpty(steps);
        var isFailed = steps[^1].Kind == ChatEventKind.Error;
        var parts = new Dictionary<int, List<Seen>>();
        var open = new Dictionary<int, bool>();
        var finished = new HashSet<int>();
        var usages = 0;
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            Assert.Equal(i == 0, step.Kind == ChatEventKind.Start);
            Assert.Equal(i == steps.Count - 1, step.Kind is ChatEventKind.End or ChatEventKind.Error);
            if (step.Kind is ChatEventKind.PartStart or ChatEventKind.PartDelta or ChatEventKind.PartEnd)
            {
                Assert.DoesNotContain(step.Candidate, finished);
                Assert.Equal(0, usages);
                var list = parts.TryGetValue(step.Candidate, out var known) ? known : parts[step.Candidate] = [];
                var isOpen = open.GetValueOrDefault(step.Candidate);
                Assert.Equal(step.Kind != ChatEventKind.PartStart, isOpen);
                if (step.Kind == ChatEventKind.PartStart)
                    list.Add(new Seen(step.PartKind) { Id = step.Id ?? "" });
                Assert.Equal(list.Count - 1, step.Part);
                Assert.Equal(list[^1].Kind, step.PartKind);
                list[^1].Take(step);
                open[step.Candidate] = step.Kind != ChatEventKind.PartEnd;
            }
            else if (step.Kind == ChatEventKind.Finish)
            {
                Assert.False(open.GetValueOrDefault(step.Candidate));
                Assert.True(finished.Add(step.Candidate));
                Assert.NotEqual(FinishReason.Unknown, step.Finish);
            }
            else if (step.Kind == ChatEventKind.Usage)
            {
                Assert.Equal(1, ++usages);
                Assert.Equal(finished.Count, response.Candidates.Count);
            }
        }
        if (!isFailed)
        {
            Assert.Equal(response.Candidates.Select(static candidate => candidate.Index).Order(), finished.Order());
            Assert.Equal(response.Usage is null ? 0 : 1, usages);
        }
        if (!isReplay)
            CheckGathered(parts, response);
    }

    /// <summary>Everything of an answer that matters, as text.</summary>
    public static string Describe(ChatResponse response)
    {
        var text = new StringBuilder();
        foreach (var candidate in response.Candidates.OrderBy(static candidate => candidate.Index))
        {
            text.Append(candidate.Index).Append(' ').Append(candidate.Finish).Append(' ').Append(candidate.NativeFinish).Append('\n');
            foreach (var part in candidate.Parts)
                text.Append(part.GetType().Name).Append(' ').Append(TextOf(part)).Append(' ').Append(part.Signature).Append(' ').Append((part as ThinkingPart)?.Encrypted).Append((part as ToolCallPart)?.Id).Append('\n');
        }
        return text.Append(response.Usage).ToString();
    }

    private static void CheckGathered(Dictionary<int, List<Seen>> parts, ChatResponse response)
    {
        foreach (var candidate in response.Candidates.OrderBy(static candidate => candidate.Index))
        {
            var seen = parts.GetValueOrDefault(candidate.Index, []);
            Assert.Equal(seen.Count, candidate.Parts.Count);
            for (var i = 0; i < seen.Count; i++)
            {
                Assert.Equal(seen[i].Text.ToString(), TextOf(candidate.Parts[i]));
                Assert.Equal(seen[i].Id, (candidate.Parts[i] as ToolCallPart)?.Id ?? "");
                Assert.Equal(seen[i].Signature, candidate.Parts[i].Signature ?? "");
                Assert.Equal(seen[i].Transcript, (candidate.Parts[i] as MediaPart)?.Transcript ?? "");
                Assert.Equal(seen[i].Citations, (candidate.Parts[i] as TextPart)?.Citations?.Count ?? 0);
            }
        }
    }

    private static string TextOf(ChatPart part) => part switch
    {
        TextPart text => text.Text,
        RefusalPart refusal => refusal.Text,
        ThinkingPart thinking => thinking.Text,
        ToolCallPart call => call.Arguments,
        MediaPart media => media.Base64 ?? "",
        _ => "",
    };

    private sealed class Seen(ChatPartKind kind)
    {
        public ChatPartKind Kind { get; } = kind;

        public string Id { get; init; } = "";

        public StringBuilder Text { get; } = new();

        public string Signature { get; private set; } = "";

        public string Transcript { get; private set; } = "";

        public int Citations { get; private set; }

        public void Take(in ChatEvent step)
        {
            Text.Append(step.Text);
            Signature += step.Signature;
            Citations += step.Citation is null ? 0 : 1;
            if (step is { Kind: ChatEventKind.PartDelta, Data: MediaPart media })
                Transcript += media.Transcript;
        }
    }
}
