namespace AiGateway.Benchmarks.Budgets;

/// <summary>A benchmark class whose allocation per operation has a budget in <c>benchmarks/budgets.json</c>.</summary>
internal interface IAllocationCase
{
    /// <summary>Names and operations; built once, then run many times on one thread.</summary>
    IEnumerable<(string Name, Action Operation)> Cases();
}
