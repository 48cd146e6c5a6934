using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>Reads OpenAI's requests for pictures: JSON, and the multipart form of edits. Source: <c>https://platform.openai.com/docs/api-reference/images</c>.</summary>
public static class ImagesRequestReader
{
    private const int LargestSide = 16_384;

    // OpenAI's own bound on an edit.
    private const int MostInputs = 16;

    /// <summary>Reads a JSON body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="isEdit">Whether pictures are edited.</param>
    /// <exception cref="ChatFormatException">A member is wrong, with its name.</exception>
    public static ImagesRequest Read(ReadOnlyMemory<byte> body, bool isEdit)
    {
        var request = JsonBody.Read(body, root =>
        {
            var read = new ImagesRequest { IsEdit = isEdit };
            foreach (var member in root.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Null || member.NameEquals("model"u8))
                    continue;
                if (isEdit && (member.NameEquals("images"u8) || member.NameEquals("image"u8)))
                    ReadImages(read, member.Value, member.Name, body);
                else if (isEdit && member.NameEquals("mask"u8))
                    read.Mask = WithContent(ReadImage(member.Value, "mask", body), body);
                else
                    Set(read, member.Name, member.Value);
            }
            return read;
        });
        Check(request);
        return request;
    }

    /// <summary>Reads a form.</summary>
    /// <exception cref="ChatFormatException">A field is wrong, with its name.</exception>
    public static ImagesRequest Read(UploadedForm form)
    {
        var request = new ImagesRequest { IsEdit = true };
        foreach (var file in form.Files)
        {
            if (file.Field is "image" or "image[]")
                request.Images.Add(Picture(file));
            else if (file.Field == "mask")
                request.Mask = Picture(file);
            else
                throw new ChatFormatException($"Nobody expects a file in the field '{file.Field}'. Pictures go into 'image', 'image[]' and 'mask'.", file.Field);
        }
        foreach (var (name, text) in form.Fields)
        {
            if (name != "model")
                Set(request, name, text);
        }
        Check(request);
        return request;
    }

    private static void Set(ImagesRequest request, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Set(request, name, value.GetString()!);
                return;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when name is "n" or "output_compression" or "stream" or "partial_images":
                Set(request, name, value.GetRawText());
                return;
            default:
                if (name is "prompt" or "size" or "quality" or "response_format" or "output_format" or "background" or "n" or "output_compression" or "stream")
                    throw new ChatFormatException($"'{name}' is of the wrong type.", name);
                request.Others = (request.Others ?? new JsonMembers()).Add(name, JsonValue.Of(value));
                return;
        }
    }

    private static void Set(ImagesRequest request, string name, string text)
    {
        switch (name)
        {
            case "prompt":
                request.Prompt = text;
                break;
            case "n":
                request.Count = Whole(text, name, 1, ImagesRequest.MostImages);
                break;
            case "size":
                request.Size = text == "auto" ? null : SizeOf(text);
                break;
            case "quality":
                request.Quality = text == "auto" ? null : text;
                break;
            case "response_format":
                request.ResponseFormat = OneOf(text, name, "url", "b64_json");
                break;
            case "output_format":
                request.OutputFormat = OneOf(text, name, "png", "jpeg", "webp");
                break;
            case "output_compression":
                request.Compression = Whole(text, name, 0, 100);
                break;
            case "background":
                request.Background = OneOf(text, name, "transparent", "opaque", "auto") is "auto" ? null : text;
                break;
            case "stream":
                if (text is "true" or "True" or "1")
                    throw new ChatFormatException("The model behind this name gives whole pictures and no stream of them. Leave 'stream' out.", name);
                break;
            case "partial_images":
                break;
            default:
                request.Others = (request.Others ?? new JsonMembers()).Add(name, JsonValue.OfString(text));
                break;
        }
    }

    private static void Check(ImagesRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Prompt))
            throw new ChatFormatException("'prompt' must not be empty: say what is to be seen.", "prompt");
        if (!request.IsEdit)
            return;
        if (request.Images.Count == 0)
            throw new ChatFormatException("An edit needs a picture in 'image'.", "image");
        if (request.Images.Count > MostInputs)
            throw new ChatFormatException($"At most {MostInputs} pictures can be edited at once; there are {request.Images.Count}.", "image");
    }

    private static void ReadImages(ImagesRequest request, JsonElement value, string name, ReadOnlyMemory<byte> body)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            request.Images.Add(ReadImage(value, name, body));
            return;
        }
        var number = 0;
        foreach (var item in value.EnumerateArray())
            request.Images.Add(ReadImage(item, string.Create(CultureInfo.InvariantCulture, $"{name}[{number++}]"), body));
    }

    /// <summary>A <c>data:</c> address, alone or in an object's <c>image_url</c> or <c>url</c>.</summary>
    private static CallerFile ReadImage(JsonElement value, string path, ReadOnlyMemory<byte> body)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            var address = JsonBody.Member(value, "image_url"u8);
            value = address.ValueKind == JsonValueKind.Undefined ? JsonBody.Member(value, "url"u8) : address;
        }
        if (value.ValueKind != JsonValueKind.String)
            throw new ChatFormatException($"'{path}' must hold the picture: a data: address, or a file of a multipart form.", path);
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        var comma = raw.IndexOf(";base64,"u8);
        if (!raw.StartsWith("data:"u8) || comma < 0)
            throw new ChatFormatException($"'{path}' must be a data: address with base64: the gateway fetches nothing, and the model's provider takes no address.", path);
        var base64 = raw[(comma + ";base64,"u8.Length)..];
        if (base64.Length == 0 || !Base64.IsValid(base64) || !body.Span.Overlaps(base64, out var start))
            throw new ChatFormatException($"'{path}' is no base64.", path);
        return Picture(new CallerFile(path, start, base64.Length) { IsBase64 = true, Head = Base64Text.HeadOf(base64) });
    }

    private static CallerFile WithContent(CallerFile file, ReadOnlyMemory<byte> body)
    {
        var content = new byte[Base64.GetMaxDecodedFromUtf8Length((int)file.Length)];
        Base64.DecodeFromUtf8(body.Span.Slice((int)file.Start, (int)file.Length), content, out _, out var written);
        return file with { Content = content.AsMemory(0, written) };
    }

    private static CallerFile Picture(CallerFile file) => MediaTypes.PictureOf(file.Head.Span) is not null
        ? file : throw new ChatFormatException($"'{file.Field}' is no picture that is understood: send PNG, JPEG, WebP or GIF.", file.Field);

    private static ImageSize SizeOf(string text)
    {
        var x = text.IndexOf('x', StringComparison.Ordinal);
        return x > 0 && int.TryParse(text.AsSpan(0, x), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(text.AsSpan(x + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && width is > 0 and <= LargestSide && height is > 0 and <= LargestSide
            ? new ImageSize(width, height)
            : throw new ChatFormatException("'size' must be WIDTHxHEIGHT in pixels, such as 1024x1024, or 'auto'.", "size");
    }

    private static int Whole(string text, string name, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw new ChatFormatException($"'{name}' must be a whole number from {least} to {most}.", name);

    private static string OneOf(string text, string name, params ReadOnlySpan<string> words) =>
        words.Contains(text) ? text : throw new ChatFormatException($"'{name}' must be one of {string.Join(", ", words)}.", name);
}
