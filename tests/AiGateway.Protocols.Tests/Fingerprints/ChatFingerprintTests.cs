using System.Collections;
using System.Reflection;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Fingerprints;
using AiGateway.Protocols.Tests.Chat;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Fingerprints;

/// <summary>Pins the key by which callers of different dialects share answers: it covers every property of the neutral model but for a closed list.</summary>
public sealed class ChatFingerprintTests
{
    private static readonly FingerprintContext Context = new(Operation.ChatCompletions, 0, "alias", "tenant", "", "");

    // What cannot change the answer, or is only how a dialect wraps it.
    private static readonly HashSet<string> LeftOut =
    [
        "ChatRequest.Model", "ChatRequest.Stream", "ChatRequest.IncludeUsage", "ChatRequest.User", "ChatRequest.ServiceTier", "ChatRequest.Metadata",
        "ChatRequest.AnswerId", "ChatRequest.AnswerCreated", "ChatRequest.KeptId", "ChatRequest.Own",
        "ChatMessage.IsPlainText", "ChatMessage.Item", "ChatPart.CacheMark", "ChatPart.Item", "ChatPart.Own",
        "ThinkingPart.Member", "ToolCallPart.ItemId", "ToolResultPart.IsPlainText", "ChatTool.CacheMark", "ChatTool.Own",
    ];

    [Fact]
    public void EveryPropertyButTheListed_IsPartOfTheKey()
    {
        var wrong = new List<string>();
        var seen = new HashSet<string>();
        foreach (var (place, change) in Changes())
        {
            var request = Rich();
            var before = KeyOf(request);
            change(request);
            seen.Add(place);
            if ((KeyOf(request) == before) != LeftOut.Contains(place))
                wrong.Add(place);
        }
        Assert.Empty(wrong);
        Assert.Empty(LeftOut.Except(seen));
        Assert.True(seen.Count > 80, $"{seen.Count} properties");
    }

    [Fact]
    public void SameConversation_InEveryCallersDialect_HasTheSameKey()
    {
        var random = SeededRandom.From(67);
        for (var round = 0; round < 40; round++)
        {
            var words = $"question {random.Next()}";
            var keys = Codecs.Clients.Select(dialect =>
            {
                var request = new ChatRequest { Source = Dialect.Ollama, Model = "m", MaxOutputTokens = 100, Temperature = 0.5 };
                request.Messages.Add(new ChatMessage { Role = ChatRole.System, Parts = { new TextPart("be brief") } });
                request.Messages.Add(new ChatMessage { Role = ChatRole.User, Parts = { new TextPart("old") } });
                request.Messages.Add(new ChatMessage { Role = ChatRole.Assistant, Parts = { new TextPart("answer") } });
                request.Messages.Add(new ChatMessage { Role = ChatRole.User, Parts = { new TextPart(words) } });
                var body = Codecs.Write(dialect, request, new Translation { Model = "m" });
                return KeyOf(ChatCodecs.Of(dialect).ReadRequest(body));
            }).ToList();
            Assert.True(keys.Distinct().Count() == 1, string.Join(", ", keys));
        }
    }

    [Fact]
    public void WhatOnlyOneDialectKnows_IsNotSharedWithAnother()
    {
        var one = Plain(Dialect.OpenAIChat);
        var two = Plain(Dialect.Anthropic);
        Assert.Equal(KeyOf(one), KeyOf(two));

        one.Extensions = new JsonMembers().Add("top_a", JsonValue.Parse("1"));
        two.Extensions = new JsonMembers().Add("top_a", JsonValue.Parse("1"));
        Assert.NotEqual(KeyOf(one), KeyOf(two));

        one.Extensions = new JsonMembers().Add("prompt_cache_key", JsonValue.Parse("\"a\""));
        Assert.Equal(KeyOf(Plain(Dialect.OpenAIChat)), KeyOf(one));
    }

    [Fact]
    public void NeutralKey_IsNeverThatOfADialect()
    {
        Assert.True(RequestFingerprinter.TryCompute(Context, "{}"u8, out var fingerprint));
        Assert.NotEqual(fingerprint.Key, KeyOf(new ChatRequest { Source = Dialect.OpenAIChat }));
    }

    private static ChatRequest Plain(Dialect source)
    {
        var request = new ChatRequest { Source = source };
        request.Messages.Add(new ChatMessage { Role = ChatRole.User, Parts = { new TextPart("hi") } });
        return request;
    }

    /// <summary>A request that has at least one of everything.</summary>
    private static ChatRequest Rich()
    {
        var request = Plain(Dialect.OpenAIChat);
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Auto);
        request.Format = new ChatFormat(ChatFormatKind.Json);
        request.Reasoning = new ChatReasoning();
        request.Tools.Add(new ChatTool { Name = "tool" });
        var signed = new TextPart("signed") { Signature = "s", Citations = [new ChatCitation()] };
        request.Messages.Add(new ChatMessage
        {
            Role = ChatRole.Assistant,
            Parts =
            {
                signed, new RefusalPart("no"), new ThinkingPart(), new MediaPart(MediaKind.Image), new ToolCallPart { Name = "tool" }, new ToolResultPart { Content = { new TextPart("x") } },
                new OpaquePart(Dialect.OpenAIChat, "type", JsonValue.Parse("1")),
            },
        });
        return request;
    }

    /// <summary>One change for each property of each type that <see cref="Rich"/> holds.</summary>
    private static IEnumerable<(string Place, Action<ChatRequest> Change)> Changes()
    {
        (Type Type, Func<ChatRequest, object> Find)[] objects =
        [
            (typeof(ChatRequest), request => request), (typeof(ChatToolChoice), request => request.ToolChoice!), (typeof(ChatFormat), request => request.Format!),
            (typeof(ChatReasoning), request => request.Reasoning!), (typeof(ChatTool), request => request.Tools[0]), (typeof(ChatMessage), request => request.Messages[1]),
            (typeof(ChatPart), request => request.Messages[1].Parts[0]), (typeof(ChatCitation), request => ((TextPart)request.Messages[1].Parts[0]).Citations![0]),
            (typeof(TextPart), request => request.Messages[1].Parts[0]), (typeof(RefusalPart), request => request.Messages[1].Parts[1]),
            (typeof(ThinkingPart), request => request.Messages[1].Parts[2]), (typeof(MediaPart), request => request.Messages[1].Parts[3]),
            (typeof(ToolCallPart), request => request.Messages[1].Parts[4]), (typeof(ToolResultPart), request => request.Messages[1].Parts[5]),
            (typeof(OpaquePart), request => request.Messages[1].Parts[6]),
        ];
        foreach (var (type, find) in objects)
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                yield return ($"{type.Name}.{property.Name}", request => Change(find(request), property));
        }
    }

    private static void Change(object holder, PropertyInfo property)
    {
        var value = property.GetValue(holder);
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (value is IList list && !list.IsFixedSize && type != typeof(IReadOnlyList<string>))
        {
            list.Add(list is List<string> ? "more" : list[0]);
            return;
        }
        object? other = type switch
        {
            _ when type == typeof(ChatToolChoice) || type == typeof(ChatFormat) || type == typeof(ChatReasoning) => null,
            _ when type == typeof(string) => value + "x",
            _ when type == typeof(bool) => value is not true,
            _ when type == typeof(int) => ((int?)value ?? 0) + 1,
            _ when type == typeof(long) => ((long?)value ?? 0) + 1,
            _ when type == typeof(double) => ((double?)value ?? 0) + 1,
            _ when type == typeof(JsonValue) => JsonValue.Parse("{\"b\":1,\"a\":2}"),
            _ when type == typeof(JsonMembers) => new JsonMembers().Add("unknown", JsonValue.Parse("1")),
            _ when type == typeof(ChatItem) => new ChatItem { Id = "i" },
            _ when type.IsEnum => Enum.GetValues(type).Cast<object>().Last(member => !member.Equals(value)),
            _ when type.IsAssignableFrom(typeof(List<string>)) => new List<string> { "a" },
            _ => Activator.CreateInstance(type)!,
        };
        // Also what is only set when it is made: that it is part of the key is what counts.
        var field = property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", BindingFlags.NonPublic | BindingFlags.Instance)
            ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no field of its own.");
        field.SetValue(holder, other);
    }

    private static Digest KeyOf(ChatRequest request)
    {
        Assert.True(ChatFingerprinter.TryCompute(Context, request, out var key));
        return key;
    }
}
