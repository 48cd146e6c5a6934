using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>One provider's form of making pictures, asked by OpenAI's callers. Forms have no state: one instance serves all.</summary>
/// <remarks>A new form is one class here, and its name in a preset.</remarks>
public abstract class ImagesForm
{
    /// <summary>Its name in the documentation.</summary>
    public abstract string Name { get; }

    /// <summary>Most pictures that one call gives; for more, several calls are made.</summary>
    public virtual int MostImages => 1;

    /// <summary>The path behind the provider's base URL, with <c>{model}</c> for the model.</summary>
    public abstract string PathOf(ImagesRequest request);

    /// <summary>Writes a call.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="count">How many pictures of it this call is to give; at most <see cref="MostImages"/>.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It holds what cannot be left out: a mask, pictures to edit.</exception>
    public abstract FormBody WriteRequest(ImagesRequest request, int count, Translation translation);

    /// <summary>Reads the answer of a call with a status below 300, and adds what it holds.</summary>
    /// <param name="body">The body; must live as long as the answer, which points into it.</param>
    /// <param name="answer">Receives pictures and usage.</param>
    /// <exception cref="ChatFormatException">It is no answer.</exception>
    public void ReadAnswer(ReadOnlyMemory<byte> body, ImagesAnswer answer) => JsonBody.Read(body, root =>
    {
        ReadAnswer(root, body, answer);
        return answer.Images.Count > 0 || answer.Refusal is not null ? true : throw new ChatFormatException("The answer has no picture.");
    });

    /// <summary>The same for the parsed body.</summary>
    private protected abstract void ReadAnswer(JsonElement root, ReadOnlyMemory<byte> body, ImagesAnswer answer);

    /// <summary>Names what the form has no member for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="translation">Takes the losses.</param>
    /// <param name="quality">Whether the form says qualities.</param>
    /// <param name="format">Whether the form says formats of files.</param>
    /// <param name="others">Whether members that OpenAI does not know go on.</param>
    private protected static void DropOthers(ImagesRequest request, Translation translation, bool quality = false, bool format = false, bool others = false)
    {
        const string NoMember = "the provider has no member for it";
        if (request.Quality is not null && !quality)
            translation.Drop("quality", NoMember);
        if (request.OutputFormat is not (null or "png") && !format)
            translation.Drop("output_format", NoMember);
        if (request.Compression is not null && !format)
            translation.Drop("output_compression", NoMember);
        if (request.Background == "transparent")
            translation.Drop("background", "the provider's pictures are opaque");
        if (!others)
            translation.DropAll(request.Others);
    }

    /// <summary>Names an address as what is not given: the pictures themselves are.</summary>
    private protected static void DropAddress(ImagesRequest request, Translation translation)
    {
        if (request.ResponseFormat == "url")
            translation.Approximate("response_format", "the provider keeps no pictures to be fetched: base64 is given");
    }

    /// <exception cref="ChatFormatException">Pictures are to be edited.</exception>
    private protected static void RefuseEdit(ImagesRequest request)
    {
        if (request.IsEdit)
            throw new ChatFormatException("The model behind this name makes pictures and does not edit them.", "image");
    }

    /// <exception cref="ChatFormatException">There is a mask.</exception>
    private protected static void RefuseMask(ImagesRequest request)
    {
        if (request.Mask is not null)
            throw new ChatFormatException("The model behind this name takes no mask. Say in the prompt what is to be changed.", "mask");
    }

    /// <exception cref="ChatFormatException">There are more pictures to edit than the form takes.</exception>
    private protected static CallerFile OneImage(ImagesRequest request) => request.Images.Count == 1
        ? request.Images[0] : throw new ChatFormatException($"The model behind this name edits one picture at a time; there are {request.Images.Count}.", "image");

    /// <summary>Writes the mask, for forms whose masks are pictures in black and white: one of OpenAI's, which say by transparency what is to be changed, is made into such a one; others go on as they are.</summary>
    /// <param name="form">Where to.</param>
    /// <param name="name">The member.</param>
    /// <param name="mask">The caller's mask.</param>
    /// <param name="changed">The grey of what is to be changed: 0 for black, 255 for white.</param>
    /// <exception cref="ChatFormatException">It is transparent and cannot be read.</exception>
    private protected static void WriteMask(JsonFormWriter form, ReadOnlySpan<byte> name, CallerFile mask, byte changed)
    {
        if (MediaTypes.IsTransparentPng(mask.Head.Span))
            form.Json.WriteBase64String(name, PngMask.Convert(mask.Content.Span, changed));
        else
            form.File(name, mask);
    }
}
