namespace AiGateway.Pipeline;

/// <summary>What a class of usage had of a cost.</summary>
/// <param name="Class">One of <see cref="CostClass"/>.</param>
/// <param name="Quantity">How much of it: tokens, images, seconds.</param>
/// <param name="Amount">What that cost, in USD, exact.</param>
internal readonly record struct CostShare(string Class, decimal Quantity, decimal Amount);
