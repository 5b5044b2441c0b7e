using FsCheck;
using FsCheck.Fluent;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();

    private string FilePath => folder.File("x.safetensors");

    [Fact]
    public void Every_f32_value_comes_back_as_written()
    {
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat[]>(), numbers =>
        {
            var values = numbers.Select(n => (float)n.Item).Select(v => float.IsFinite(v) ? v : 0).ToArray();
            SafetensorsWriter.Write(FilePath, [("a", [values.Length], values), ("b", [1, 2], [1.5f, -0f])]);
            using var file = SafetensorsFile.Open(FilePath);
            Assert.Equal(values, file.Read(file.Tensors["a"]));
            Assert.Equal([1.5f, -0f], file.Read(file.Tensors["b"]));
            Assert.Equal([1, 2], file.Tensors["b"].Shape);
        }));
    }

    [Fact]
    public void Every_finite_f16_value_is_widened_exactly()
    {
        var bits = Enumerable.Range(0, 65536).Select(i => (ushort)i).Where(b =>
            Half.IsFinite(BitConverter.UInt16BitsToHalf(b))).ToArray();
        Write16("F16", bits);
        using var file = SafetensorsFile.Open(FilePath);
        Assert.Equal(bits.Select(b => (float)BitConverter.UInt16BitsToHalf(b)), file.Read(file.Tensors["x"]));
    }

    [Fact]
    public void Every_finite_bf16_value_is_the_upper_half_of_its_f32()
    {
        var bits = Enumerable.Range(0, 65536).Select(i => (ushort)i).Where(b => float.IsFinite(Wide(b))).ToArray();
        // Longer than one chunk of the reader.
        bits = [.. bits, .. bits];
        Write16("BF16", bits);
        using var file = SafetensorsFile.Open(FilePath);
        Assert.Equal(bits.Select(Wide), file.Read(file.Tensors["x"]));

        static float Wide(ushort b) => BitConverter.UInt32BitsToSingle((uint)b << 16);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "'x'", "truncated")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "'y'", "overlap")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "'y'", "belong to no tensor")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "after the last tensor")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'x'", "[3]", "12 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,16],"data_offsets":[0,8]}}""", 8, "'x'", "shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "'x'", "backwards")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "'x'", "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}""", 8,
        "'x'", "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "'x'", "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", 8, "'x'", "shape")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "'x'", "dtype")]
    [InlineData("""{"x":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "'x'", "'Q4'")]
    [InlineData("""{"x":5}""", 8, "'x'")]
    [InlineData("""[1]""", 8, "JSON object")]
    [InlineData("""{"x":""", 8, "not valid JSON")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "not valid JSON")]
    public void A_header_that_does_not_hold_is_refused_by_file_and_tensor(
        string header, int dataBytes, params string[] named)
    {
        EditedCheckpoint.WriteSafetensors(FilePath, header, new byte[dataBytes]);
        AssertRefused(named);
    }

    [Fact]
    public void A_file_shorter_than_a_header_length_is_refused()
    {
        File.WriteAllBytes(FilePath, [1, 2, 3]);
        AssertRefused("3 bytes");
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    public void A_header_of_an_absurd_length_is_refused_without_reading_it(ulong length)
    {
        File.WriteAllBytes(FilePath, [.. BitConverter.GetBytes(length), .. new byte[64]]);
        AssertRefused(length.ToString());
    }

    [Fact]
    public void A_header_that_ends_beyond_the_file_is_refused()
    {
        File.WriteAllBytes(FilePath, [.. BitConverter.GetBytes(1000UL), .. new byte[64]]);
        AssertRefused("1008", "truncated");
    }

    [Fact]
    public void A_missing_file_is_refused_by_its_path() => AssertRefused("cannot be read");

    [Fact]
    public void A_tensor_of_whole_numbers_may_be_there_but_not_be_read()
    {
        EditedCheckpoint.WriteSafetensors(
            FilePath, """{"__metadata__":{"format":"pt"},"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""",
            new byte[8]);
        using var file = SafetensorsFile.Open(FilePath);
        var error = Assert.Throws<EncoderException>(() => file.Read(file.Tensors["ids"]));
        Assert.Contains("I64", error.Message);
        Assert.Contains("'ids'", error.Message);
        Assert.Contains(FilePath, error.Message);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_refused_by_tensor(float value)
    {
        SafetensorsWriter.Write(FilePath, [("w", [3], [1, value, -2])]);
        using var file = SafetensorsFile.Open(FilePath);
        var error = Assert.Throws<EncoderException>(() => file.Read(file.Tensors["w"]));
        Assert.Contains("'w'", error.Message);
        Assert.Contains("finite", error.Message);
    }

    [Fact]
    public void Empty_tensors_and_an_empty_file_are_fine()
    {
        SafetensorsWriter.Write(FilePath, [("none", [0, 4], []), ("one", [1], [7])]);
        using (var file = SafetensorsFile.Open(FilePath))
        {
            Assert.Empty(file.Read(file.Tensors["none"]));
            Assert.Equal([7f], file.Read(file.Tensors["one"]));
        }
        EditedCheckpoint.WriteSafetensors(FilePath, "{}", []);
        using var empty = SafetensorsFile.Open(FilePath);
        Assert.Empty(empty.Tensors);
    }

    public void Dispose() => folder.Dispose();

    private void Write16(string dtype, ushort[] bits) => EditedCheckpoint.WriteSafetensors(FilePath,
        $$$"""{"x":{"dtype":"{{{dtype}}}","shape":[{{{bits.Length}}}],"data_offsets":[0,{{{2 * bits.Length}}}]}}""",
        [.. bits.SelectMany(BitConverter.GetBytes)]);

    private void AssertRefused(params string[] named)
    {
        var error = Assert.Throws<EncoderException>(() => SafetensorsFile.Open(FilePath));
        Assert.Contains(FilePath, error.Message);
        Assert.All(named, part => Assert.Contains(part, error.Message));
    }
}
