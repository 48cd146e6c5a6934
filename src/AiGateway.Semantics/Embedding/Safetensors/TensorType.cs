namespace AiGateway.Semantics.Embedding.Safetensors;

/// <summary>Types of numbers that the safetensors format knows. Weights are read from the first four; the others may stand in a file unread.</summary>
internal enum TensorType
{
    F32,
    F16,
    BF16,
    I8,
    F64,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
}
