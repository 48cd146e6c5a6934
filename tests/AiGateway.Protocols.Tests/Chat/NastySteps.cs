using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Steps in no order: parts of several candidates interleaved, starts and ends left out or repeated, content after the finish.</summary>
internal static class NastySteps
{
    private static readonly ChatPartKind[] Kinds = Enum.GetValues<ChatPartKind>();

    private static readonly string?[] Pieces = ["", "a", "{", "}", """{"a":""", "1}", "\"", "é", "\ud83d\ude00", null];

    public static List<ChatEvent> Make(Random random, bool withErrors = true)
    {
        var steps = new List<ChatEvent>();
        var length = random.Next(0, 40);
        for (var i = 0; i < length; i++)
        {
            var candidate = random.Next(5) == 0 ? 1 : 0;
            var part = random.Next(4);
            var kind = Kinds[random.Next(Kinds.Length)];
            steps.Add(random.Next(20) switch
            {
                0 => new ChatEvent(ChatEventKind.Start) { Id = random.Next(2) == 0 ? null : $"id{i}", Name = "model", Created = i },
                1 or 2 or 3 or 4 => PartStart(candidate, part, kind, i),
                5 or 6 or 7 => new ChatEvent(ChatEventKind.PartEnd) { Candidate = candidate, Part = part, PartKind = kind, Signature = Maybe(random, "e") },
                8 => new ChatEvent(ChatEventKind.Finish) { Candidate = candidate, Finish = (FinishReason)random.Next(11), Text = "word" },
                9 => new ChatEvent(ChatEventKind.Usage) { Usage = new Usage { InputTokens = i, OutputTokens = i } },
                10 when withErrors && random.Next(4) == 0 => new ChatEvent(ChatEventKind.Error) { Error = new ProviderError("broken", null, null, null, ProviderErrorKind.ServerError) },
                _ => Delta(random, candidate, part, kind),
            });
        }
        return steps;
    }

    private static ChatEvent PartStart(int candidate, int part, ChatPartKind kind, int number) => new(ChatEventKind.PartStart)
    {
        Candidate = candidate,
        Part = part,
        PartKind = kind,
        Id = kind == ChatPartKind.ToolCall ? $"call{number}" : null,
        Name = kind == ChatPartKind.ToolCall ? "tool" : null,
        Data = kind switch
        {
            ChatPartKind.Media => new MediaPart(MediaKind.Audio) { Id = $"audio{number}" },
            ChatPartKind.Opaque => new OpaquePart(Dialect.Gemini, "code", JsonValue.Parse($$"""{"n":{{number}}}""")),
            ChatPartKind.Thinking when number % 2 == 0 => new ThinkingPart { Encrypted = $"hidden{number}" },
            _ => null,
        },
    };

    private static ChatEvent Delta(Random random, int candidate, int part, ChatPartKind kind) => new(ChatEventKind.PartDelta)
    {
        Candidate = candidate,
        Part = part,
        PartKind = kind,
        Text = kind == ChatPartKind.Opaque ? null : Pieces[random.Next(Pieces.Length)],
        Signature = kind == ChatPartKind.Opaque ? null : Maybe(random, "s"),
        Citation = kind == ChatPartKind.Text && random.Next(8) == 0 ? new ChatCitation { Url = "https://example.com/" } : null,
        Data = kind == ChatPartKind.Media && random.Next(2) == 0 ? new MediaPart(MediaKind.Audio) { Transcript = "said " } : null,
    };

    private static string? Maybe(Random random, string text) => random.Next(6) == 0 ? text : null;
}
