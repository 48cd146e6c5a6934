using System.Buffers;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Images;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>One request for pictures in a provider's own form: several calls where one gives fewer pictures than are asked for.</summary>
internal sealed class ImagesCalls : FormCalls
{
    // What stands around the pictures: usage, prompts as the provider changed them.
    private const int BesidesPictures = 4096;

    private readonly ImagesForm _form;
    private readonly RequestBody _source;
    private readonly long _created;
    private readonly FormBody[] _bodies;
    private readonly ImagesAnswer[] _answers;
    private readonly ImagesAnswer _merged = new();

    /// <summary>Writes the calls.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="form">The provider's form.</param>
    /// <param name="source">The caller's body, which holds the pictures to edit.</param>
    /// <param name="created">When the answer was made, in seconds since 1970.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It cannot be said to this provider.</exception>
    public ImagesCalls(ImagesRequest request, ImagesForm form, RequestBody source, long created, Translation translation)
    {
        _form = form;
        _source = source;
        _created = created;
        Path = form.PathOf(request);
        var most = form.MostImages;
        _bodies = new FormBody[(request.Count + most - 1) / most];
        _answers = new ImagesAnswer[_bodies.Length];
        for (var i = 0; i < _bodies.Length; i++)
        {
            var count = Math.Min(most, request.Count - (i * most));
            // Calls for as many pictures are the same; what the first loses all lose.
            _bodies[i] = i > 0 && count == most ? _bodies[0]
                : form.WriteRequest(request, count, i == 0 ? translation : new Translation { Model = translation.Model, Traits = translation.Traits });
        }
    }

    public override string? Path { get; }

    public override int Count => _bodies.Length;

    public override bool KeepsBodies => true;

    public override int AnswerLength
    {
        get
        {
            long length = BesidesPictures;
            foreach (var image in _merged.Images)
            {
                length += image.Base64.Length;
            }
            return (int)Math.Min(length, int.MaxValue / 2);
        }
    }

    public override HttpContent ContentOf(int number) => new FileBodyContent(_bodies[number], _source);

    public override ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        var answer = new ImagesAnswer();
        _form.ReadAnswer(body, answer);
        _answers[number] = answer;
        return answer.Images.Count > 0 ? null : answer.Refusal;
    }

    public override Usage? Merge()
    {
        var isCounted = true;
        foreach (var answer in _answers)
        {
            _merged.Images.AddRange(answer.Images);
            isCounted &= answer.Usage is not null;
            _merged.Usage = Usage.Sum(_merged.Usage, answer.Usage);
            Model ??= answer.Model;
        }
        // What only some of the calls report is no figure of the whole; how many pictures there are is always known.
        return ((isCounted ? _merged.Usage : null) ?? new Usage()) with { Images = _merged.Images.Count };
    }

    public override void Write(Usage? usage, IBufferWriter<byte> output) => _merged.Write(_created, usage, output);
}
