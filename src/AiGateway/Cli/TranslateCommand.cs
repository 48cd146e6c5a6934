using System.Buffers;
using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Cli;

/// <summary><c>translate</c>: reads a request, an answer or a stream in one dialect and writes what the other side would get; what is lost goes to standard error.</summary>
internal sealed class TranslateCommand(Func<Stream> openInput, Func<Stream> openOutput, TextWriter error)
{
    /// <summary>Options with a value.</summary>
    public static readonly string[] Valued = ["from", "to", "kind", "model"];

    private static readonly string[] Kinds = ["request", "response", "stream"];

    /// <summary>Translates.</summary>
    public async Task<int> RunAsync(Options options)
    {
        if (DialectNames.Find(options.Value("from")) is not { } from || DialectNames.Find(options.Value("to")) is not { } to)
        {
            await error.WriteLineAsync($"--from and --to each take one of: {string.Join(", ", DialectNames.All)}.");
            return ExitCode.Misuse;
        }
        var kind = options.Value("kind") ?? "request";
        if (!Kinds.Contains(kind))
        {
            await error.WriteLineAsync($"--kind takes one of: {string.Join(", ", Kinds)}.");
            return ExitCode.Misuse;
        }

        byte[] input;
        try
        {
            input = await ReadAsync(options.Operands.Count > 0 ? options.Operands[0] : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Bad;
        }
        var translation = new Translation { Model = options.Value("model") ?? "" };
        var written = new ArrayBufferWriter<byte>(input.Length + 1024);
        try
        {
            Translate(ChatCodecs.Of(from), ChatCodecs.Of(to), kind, input, translation, written);
        }
        catch (Exception e) when (e is ChatFormatException or InvalidDataException)
        {
            await error.WriteLineAsync(e is ChatFormatException { Path: { } path } ? $"{path}: {e.Message}" : e.Message);
            return ExitCode.Bad;
        }
        await using (var output = openOutput())
        {
            await output.WriteAsync(written.WrittenMemory);
        }
        foreach (var loss in translation.Losses)
        {
            await error.WriteLineAsync($"{(loss.IsDropped ? "dropped" : "approximated")}: {loss.Path} ({loss.Why})");
        }
        return ExitCode.Good;
    }

    private static void Translate(ChatCodec from, ChatCodec to, string kind, byte[] input, Translation translation, ArrayBufferWriter<byte> output)
    {
        // Answers repeat parts of the request; there is none here but the dialect and the model.
        var asked = new ChatRequest { Source = to.Dialect, Model = translation.Model, IncludeUsage = true, Stream = kind == "stream" };
        switch (kind)
        {
            case "request":
                var request = from.ReadRequest(input);
                var model = translation.Model.Length > 0 ? translation : new Translation { Model = request.Model };
                to.WriteRequest(request, model, output);
                foreach (var loss in ReferenceEquals(model, translation) ? [] : model.Losses)
                {
                    if (loss.IsDropped)
                    {
                        translation.Drop(loss.Path, loss.Why);
                    }
                    else
                    {
                        translation.Approximate(loss.Path, loss.Why);
                    }
                }
                break;
            case "response":
                to.WriteResponse(from.ReadResponse(input), asked, translation, output);
                break;
            default:
                TranslateStream(from, to.CreateEncoder(asked), input, output);
                break;
        }
    }

    private static void TranslateStream(ChatCodec from, ChatStreamEncoder encoder, byte[] input, ArrayBufferWriter<byte> output)
    {
        var (decoder, stream) = (from.CreateDecoder(), new ChatStream(from.Dialect));
        var (steps, ordered) = (new List<ChatEvent>(), new List<ChatEvent>());
        var position = 0;
        while (position < input.Length)
        {
            var scanned = 0;
            var length = EventFraming.FindEnd(from.Framing, input.AsSpan(position), ref scanned);
            // A recorded stream may lack its last line end.
            length = length <= 0 ? input.Length - position : length;
            decoder.Decode(input.AsSpan(position, length), steps);
            position += length;
        }
        foreach (var step in steps)
        {
            stream.Push(step, ordered);
        }
        if (decoder.IsComplete || stream.IsFinished)
        {
            stream.Complete(ordered);
        }
        else if (!stream.IsEnded)
        {
            throw new ChatFormatException("The stream ends before its answer is complete.");
        }
        foreach (var step in ordered)
        {
            encoder.Write(step, output);
        }
    }

    private async Task<byte[]> ReadAsync(string? file)
    {
        if (file is not null)
        {
            return await File.ReadAllBytesAsync(file);
        }
        await using var input = openInput();
        using var bytes = new MemoryStream();
        await input.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
