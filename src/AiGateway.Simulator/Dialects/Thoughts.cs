using System.Globalization;
using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;

namespace AiGateway.Simulator.Dialects;

/// <summary>Simulated thinking: a sentence about the question, signed so that the simulator knows it again.</summary>
internal static class Thoughts
{
    private const int MaxEchoedChars = 60;
    private const string Mark = "simulated-signature-";

    /// <summary>What a client may write to Gemini where it has no signature (https://ai.google.dev/gemini-api/docs/thought-signatures).</summary>
    private const string SkipMark = "skip_thought_signature_validator";

    /// <summary>True when the request turns thinking on.</summary>
    public static bool AreAskedFor(ChatRequest chat) =>
        chat.Reasoning is { Enabled: not false, BudgetTokens: not 0, Effort: not "none" } reasoning
        && (reasoning.Enabled == true || reasoning.BudgetTokens is not null || reasoning.Effort is not null);

    /// <summary>True when the thoughts are to be in the answer. Gemini shows them on demand only, the others unless they are to be left out.</summary>
    public static bool AreShown(ChatRequest chat) =>
        chat.Reasoning?.Summary is var summary && summary != "omitted" && (chat.Source != Dialect.Gemini || summary is not null);

    public static string Write(Prompt prompt) =>
        $"Simulated thoughts about: {(prompt.LastText.Length <= MaxEchoedChars ? prompt.LastText : prompt.LastText[..MaxEchoedChars])}";

    /// <summary>The signature over a text, in base64.</summary>
    public static string Sign(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Mark + Hashing.Of(text, seed: 0).ToString("x16", CultureInfo.InvariantCulture)));

    /// <summary>What is wrong with the signatures that came back; null when nothing is.</summary>
    /// <remarks>
    /// Anthropic and Bedrock insist on the signature of every thought, Gemini on any of its own where one is there. Others' must never arrive.
    /// </remarks>
    public static string? Check(ChatRequest chat)
    {
        for (var index = 0; index < chat.Messages.Count; index++)
        {
            foreach (var part in chat.Messages[index].Parts)
            {
                var thought = part as ThinkingPart;
                var isSigned = part.Signature is { Length: > 0 };
                if (thought is { Encrypted: null } && !isSigned && chat.Source is Dialect.Anthropic or Dialect.Converse)
                    return $"messages.{index}.content.0.thinking.signature: Field required";
                if (isSigned && !IsOurs(part, thought, chat.Source))
                    return $"messages.{index}.content.0: Invalid `signature` in `thinking` block";
            }
        }
        return null;
    }

    private static bool IsOurs(ChatPart part, ThinkingPart? thought, Dialect dialect)
    {
        if (dialect == Dialect.Gemini && part.Signature == SkipMark)
            return true;
        // Thoughts that were left out come back without their text.
        if (thought is { Text.Length: > 0 } && dialect != Dialect.Gemini)
            return part.Signature == Sign(thought.Text);
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(part.Signature!)).StartsWith(Mark, StringComparison.Ordinal);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
