using System.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;

namespace AiGateway.Forwarding;

/// <summary>What a translation lost, for the header <c>x-gateway-dropped</c>: <c>logit_bias, ~temperature</c>; a tilde stands before what was approximated.</summary>
internal static class DroppedText
{
    private const int Longest = 1024;

    /// <summary>The members, each once, in order; an ellipsis where they are too many for a header.</summary>
    public static string Of(IReadOnlyList<TranslationLoss> losses)
    {
        var text = new StringBuilder();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var loss in losses)
        {
            var name = loss.IsDropped ? loss.Path : "~" + loss.Path;
            if (!seen.Add(name))
            {
                continue;
            }
            if (text.Length + name.Length > Longest)
            {
                text.Append(", ...");
                break;
            }
            text.Append(text.Length == 0 ? "" : ", ").Append(HeaderText.Escape(name));
        }
        return text.ToString();
    }
}
