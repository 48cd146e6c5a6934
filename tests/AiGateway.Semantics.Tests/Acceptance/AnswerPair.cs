using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>Two answers of <c>answers.txt</c>.</summary>
internal sealed record AnswerPair(int Block, string Cached, string Live, bool IsSame)
{
    /// <summary>Of each block one pair that says the same, and two that do not.</summary>
    public static IEnumerable<AnswerPair> All()
    {
        var block = 0;
        var answers = new List<string>();
        foreach (var line in File.ReadLines(RepositoryRoot.Of("tests", "AiGateway.Semantics.Tests", "Acceptance", "answers.txt")).Append("== 0"))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                if (answers is [var one, var other, var wrong])
                {
                    yield return new AnswerPair(block, one, other, true);
                    yield return new AnswerPair(block, one, wrong, false);
                    yield return new AnswerPair(block, wrong, other, false);
                }
                block = int.Parse(line.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture);
                answers.Clear();
            }
            else if (line.StartsWith("= ", StringComparison.Ordinal) || line.StartsWith("! ", StringComparison.Ordinal))
            {
                answers.Add(line[2..]);
            }
            else if (answers.Count > 0)
            {
                answers[^1] += "\n" + line;
            }
        }
    }
}
