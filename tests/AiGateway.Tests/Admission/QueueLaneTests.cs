using AiGateway.Admission;
using AiGateway.Configuration;

namespace AiGateway.Tests.Admission;

/// <summary>Whose turn it is: interactive before batch, batch in the end all the same, and callers one after the other.</summary>
public sealed class QueueLaneTests
{
    private static readonly LimitModel Limit = new() { Id = "l", Subject = LimitSubject.Team, Except = new HashSet<string>(), Rates = [], Concurrent = 1, Queue = QueueModel.Default };

    private readonly QueueLane _lane = new(Limit, "team");

    [Fact]
    public void Interactive_BeforeStandard_BeforeBatch_EachInTheOrderItCame()
    {
        Add("a", RequestPriority.Batch, 2);
        Add("a", RequestPriority.Standard, 2);
        Add("a", RequestPriority.Interactive, 2);

        Assert.Equal("a:Interactive1 a:Interactive2 a:Standard1 a:Standard2 a:Batch1 a:Batch2", string.Join(' ', Admit(6)));
        Assert.Null(_lane.First);
        Assert.Equal(0, _lane.Count);
    }

    [Fact]
    public void Callers_TakeTurns_HoweverManyRequestsEachHas()
    {
        Add("greedy", RequestPriority.Standard, 5);
        Add("modest", RequestPriority.Standard, 2);
        Add("late", RequestPriority.Standard, 1);

        Assert.Equal(
            "greedy:Standard1 modest:Standard1 late:Standard1 greedy:Standard2 modest:Standard2 greedy:Standard3 greedy:Standard4 greedy:Standard5",
            string.Join(' ', Admit(8)));
    }

    [Fact]
    public void Batch_HasOneTurnOfNine_WhileInteractiveNeverEnds()
    {
        Add("b", RequestPriority.Batch, 100);
        Add("s", RequestPriority.Standard, 100);
        Add("i", RequestPriority.Interactive, 300);

        var admitted = Admit(180).ToList();

        Assert.Equal(20, admitted.Count(name => name.StartsWith('b')));
        Assert.InRange(admitted.Count(name => name.StartsWith('s')), 17, 20);
        Assert.InRange(admitted.Count(name => name.StartsWith('i')), 140, 143);
        Assert.All(admitted.Take(8), name => Assert.StartsWith("i", name, StringComparison.Ordinal));
    }

    [Fact]
    public void WhoLeaves_IsNotCounted_AndTheNextOfItsCallerHasItsPlace()
    {
        var first = Add("a", RequestPriority.Standard, 3)[0];
        Add("b", RequestPriority.Standard, 1);

        _lane.Remove(first, hadItsTurn: false);

        Assert.Equal("a:Standard2 b:Standard1 a:Standard3", string.Join(' ', Admit(3)));
    }

    private List<QueueWaiter> Add(string caller, RequestPriority priority, int count)
    {
        var added = new List<QueueWaiter>();
        for (var i = 1; i <= count; i++)
        {
            var name = $"{caller}:{priority}{i}";
            var waiter = new QueueWaiter(caller, priority, TimeSpan.MaxValue, static () => default, _ => name);
            _lane.Add(waiter);
            added.Add(waiter);
        }
        return added;
    }

    private IEnumerable<string> Admit(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var first = _lane.First!;
            _lane.Remove(first, hadItsTurn: true);
            yield return first.SubjectOf(Limit);
        }
    }
}
