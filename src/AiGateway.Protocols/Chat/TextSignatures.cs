namespace AiGateway.Protocols.Chat;

/// <summary>Signatures on texts (Gemini's): dialects without a place for them carry each as hidden thoughts behind its text, and it finds its text again on the way back.</summary>
/// <remarks>Google's models hide no thoughts otherwise, so hidden thoughts that Google signed are always such a signature (https://ai.google.dev/gemini-api/docs/thought-signatures).</remarks>
internal static class TextSignatures
{
    /// <summary>The signature of a text as hidden thoughts.</summary>
    public static ThinkingPart Hidden(Dialect signer, string signature) => new() { Encrypted = signature, SignedBy = signer };

    /// <summary>The parts of an answer with each text's signature apart, behind it; the same list where no text is signed.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="source">The dialect they came in.</param>
    public static List<ChatPart> Apart(List<ChatPart> parts, Dialect source)
    {
        if (!parts.Exists(static part => part is TextPart { Signature: not null }))
            return parts;
        var apart = new List<ChatPart>(parts.Count + 1);
        foreach (var part in parts)
        {
            apart.Add(part);
            if (part is TextPart { Signature: { } signature })
                apart.Add(Hidden(part.SignedBy ?? source, signature));
        }
        return apart;
    }

    /// <summary>The parts of a turn with each such signature on its text: the one before it, else the next that has none, else an empty one, as Google itself sends them.</summary>
    /// <param name="parts">The parts; they stay as they are.</param>
    /// <param name="signer">Whose texts are signed.</param>
    public static List<ChatPart> Together(List<ChatPart> parts, Dialect signer)
    {
        if (!parts.Exists(part => IsHidden(part, signer)))
            return parts;
        var together = new List<ChatPart>(parts);
        for (var i = 0; i < together.Count; i++)
        {
            if (!IsHidden(together[i], signer))
                continue;
            var signature = ((ThinkingPart)together[i]).Encrypted!;
            together.RemoveAt(i);
            var at = i > 0 && together[i - 1] is TextPart { Signature: null } ? i - 1 : together.FindIndex(i, static part => part is TextPart { Signature: null });
            if (at < 0)
                together.Insert(i, new TextPart("") { Signature = signature, SignedBy = signer });
            else
                together[at] = Signed((TextPart)together[at], signature, signer);
            i = at < 0 ? i : i - 1;
        }
        return together;
    }

    private static bool IsHidden(ChatPart part, Dialect signer) => part is ThinkingPart { Text.Length: 0, Encrypted: not null } hidden && hidden.SignedBy == signer;

    private static TextPart Signed(TextPart text, string signature, Dialect signer) => new(text.Text)
    {
        Signature = signature,
        SignedBy = signer,
        Citations = text.Citations,
        CacheMark = text.CacheMark,
        Item = text.Item,
        Extensions = text.Extensions,
        Own = text.Own,
    };
}
