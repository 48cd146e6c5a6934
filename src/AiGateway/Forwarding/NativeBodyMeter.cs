using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>A native answer in JSON: kept beside while it passes, up to a bound, and read at its end. Beyond the bound, or where it is not what its path promises, nothing is known of it.</summary>
/// <param name="operation">What was asked.</param>
/// <param name="dialect">The dialect it comes in; null for OpenAI's, of which all operations are read.</param>
/// <param name="rules">How the provider counts.</param>
internal sealed class NativeBodyMeter(Operation operation, Dialect? dialect, UsageRules rules) : AnswerMeter
{
    /// <summary>Largest answer that is read, in bytes.</summary>
    public const int Largest = 1024 * 1024;

    private OutputBuffer _kept;
    private bool _tooLarge;

    public override void Append(ReadOnlySpan<byte> piece)
    {
        if (_tooLarge || _kept.Length + piece.Length > Largest)
        {
            _tooLarge = true;
            _kept.Release();
            return;
        }
        _kept.Append(piece);
    }

    public override AnswerFigures Finish()
    {
        var figures = _kept.IsEmpty ? default : Read();
        _kept.Release();
        return figures;
    }

    private AnswerFigures Read()
    {
        if (dialect is { } spoken)
        {
            try
            {
                var response = ChatCodecs.Of(spoken).ReadResponse(_kept.ReadyMemory);
                var finish = response.Candidates is [var first, ..] ? first.NativeFinish : null;
                return new AnswerFigures(response.Usage, response.Model is { Length: > 0 } model ? model : null, response.ServiceTier, finish, 0);
            }
            catch (ChatFormatException)
            {
                return default;
            }
        }
        var facts = ResponseInspector.Inspect(operation, _kept.Ready, rules);
        return facts is { IsJson: true, Error: null }
            ? new AnswerFigures(facts.Usage, facts.Model, facts.ServiceTier, facts.FinishReason, 0) : default;
    }
}
