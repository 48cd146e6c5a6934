using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Facts;

namespace AiGateway.Caching.Semantic;

/// <summary>A question that was answered, to be compared with others. Its answer lies in the cache of answers.</summary>
/// <param name="id">Its name in the index.</param>
/// <param name="partition">What it may be compared with.</param>
/// <param name="key">The key of its answer.</param>
/// <param name="text">The question.</param>
/// <param name="caller">Who asked: only they are shown what it says.</param>
/// <param name="evidence">What checks have said of it so far.</param>
internal sealed class SemanticEntry(UInt128 id, UInt128 partition, string key, string text, string caller, EntryEvidence evidence = default)
{
    private readonly Lock _lock = new();
    private EntryEvidence _evidence = evidence;
    private UInt128 _answer = id;

    public UInt128 Id { get; } = id;

    public UInt128 Partition { get; } = partition;

    public string Key { get; } = key;

    public string Text { get; } = text;

    /// <summary>What it states; read when it is first compared.</summary>
    public TextFacts Facts => field ??= TextFacts.Extract(Text);

    public string Caller { get; } = caller;

    /// <summary>Whether it was of use since room was last made.</summary>
    public bool IsUsed { get; set; }

    /// <summary>What checks have said of it.</summary>
    public EntryEvidence Evidence
    {
        get
        {
            lock (_lock)
            {
                return _evidence;
            }
        }
    }

    /// <summary>Stands for its answer: questions that a check has found to have the same one have the same number. Its own until then.</summary>
    public UInt128 Answer
    {
        get
        {
            lock (_lock)
            {
                return _answer;
            }
        }
    }

    /// <summary>Takes in that a check has found another question to have the same answer.</summary>
    public void JoinAnswer(SemanticEntry other)
    {
        var answer = other.Answer;
        lock (_lock)
        {
            _answer = answer;
        }
    }

    /// <summary>Takes in a check.</summary>
    /// <returns>Whether it should go.</returns>
    public bool Learn(bool wrong)
    {
        lock (_lock)
        {
            _evidence = _evidence.With(wrong);
            return _evidence.IsBad;
        }
    }
}
